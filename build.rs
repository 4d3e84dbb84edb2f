//! Tells `rc version` what it was built from: the commit, the profile and the
//! target. Reads git where there is a repository, and what `cargo package` noted
//! where there is none; changes nothing.

use std::path::Path;
use std::process::Command;

fn main() {
    let commit = commit()
        .or_else(packaged_commit)
        .unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=RC_COMMIT={commit}");
    println!("cargo::rustc-env=RC_PROFILE={}", profile());
    let target = std::env::var("TARGET").unwrap_or_default();
    println!("cargo::rustc-env=RC_TARGET={target}");
    println!("cargo::rerun-if-changed=build.rs");
}

/// The commit of this very repository. A package that was unpacked within
/// another repository has none.
fn commit() -> Option<String> {
    let root = std::env::var("CARGO_MANIFEST_DIR").ok()?;
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .current_dir(&root)
            .args(arguments)
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    let top = git(&["rev-parse", "--show-toplevel"])?;
    if Path::new(&top).canonicalize().ok()? != Path::new(&root).canonicalize().ok()? {
        return None;
    }
    // HEAD changes with a checkout, the log of HEAD with every commit.
    for name in ["HEAD", "logs/HEAD"] {
        let path = git(&["rev-parse", "--git-path", name])?;
        println!("cargo::rerun-if-changed={path}");
    }
    git(&["rev-parse", "--short=12", "HEAD"])
}

/// The commit that `cargo package` noted in a published package, in the length
/// of the other. The file is an object of few keys, and one of them is `sha1`.
fn packaged_commit() -> Option<String> {
    let root = std::env::var("CARGO_MANIFEST_DIR").ok()?;
    let text = std::fs::read_to_string(Path::new(&root).join(".cargo_vcs_info.json")).ok()?;
    let (_, after) = text.split_once("\"sha1\"")?;
    let commit: String = after
        .chars()
        .skip_while(|character| !character.is_ascii_hexdigit())
        .take_while(char::is_ascii_hexdigit)
        .take(12)
        .collect();
    (commit.len() == 12).then_some(commit)
}

/// The name of the profile. `PROFILE` says only `debug` or `release`; the folder
/// for output lies in that of the profile: `…/<profile>/build/<package>/out`.
fn profile() -> String {
    let out = std::env::var("OUT_DIR").unwrap_or_default();
    let folder = Path::new(&out).ancestors().nth(3);
    let name = folder
        .and_then(Path::file_name)
        .and_then(|name| name.to_str());
    match name {
        Some("debug") | None => "dev".to_owned(),
        Some(name) => name.to_owned(),
    }
}
