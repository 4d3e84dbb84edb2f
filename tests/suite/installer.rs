//! The shell installer, against a server on loopback that has archives of a few
//! bytes: what it installs, and what it leaves alone when something is wrong.
//! `packaging/check` does the same with the archives of a release.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::downloads::Downloads;

/// The platform that the test says it is.
const TARGET: &str = "x86_64-unknown-linux-musl";

/// A release with its installer, and a home to install it into.
struct Desk {
    folder: TempDir,
    downloads: Downloads,
}

impl Desk {
    /// A release of this version.
    fn with(version: &str) -> Self {
        let desk = Self {
            folder: tempfile::tempdir().unwrap(),
            downloads: Downloads::serve(),
        };
        fs::create_dir(desk.home()).unwrap();
        desk.release(version, &program(version));
        desk
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    fn bin(&self) -> PathBuf {
        self.home().join(".local/bin")
    }

    fn archive() -> String {
        format!("recharge-cli-{TARGET}.tar.xz")
    }

    /// Publishes an archive with this program, and the installer that knows it.
    fn release(&self, version: &str, program: &str) {
        let name = format!("recharge-cli-{TARGET}");
        let tree = self.folder.path().join(&name);
        for folder in ["man/man1", "completions"] {
            fs::create_dir_all(tree.join(folder)).unwrap();
        }
        write_program(&tree.join("rc"), program);
        for page in ["rc.1", "rc-version.1"] {
            fs::write(tree.join("man/man1").join(page), ".TH rc 1").unwrap();
        }
        for script in ["rc.bash", "_rc", "rc.fish"] {
            fs::write(tree.join("completions").join(script), version).unwrap();
        }
        let archive = self.folder.path().join(Self::archive());
        let packed = Command::new("tar")
            .current_dir(self.folder.path())
            .arg("-cJf")
            .args([&archive, Path::new(&name)])
            .status();
        assert!(packed.unwrap().success(), "tar and xz pack the archive");
        let bytes = fs::read(&archive).unwrap();
        self.write_installer(version, &checksum(&bytes));
        self.downloads.put(&Self::archive(), bytes);
    }

    fn write_installer(&self, version: &str, checksum: &str) {
        let text = include_str!("../../packaging/installer.sh")
            .replace("@VERSION@", version)
            .replace("@URL@", &self.downloads.url)
            .replace("@CHECKSUMS@", &format!("{checksum} {TARGET}"));
        fs::write(self.folder.path().join("installer.sh"), text).unwrap();
    }

    /// Runs the installer; the words come after those that name the platform.
    fn run(&self, words: &[&str]) -> Output {
        self.command(words)
            .args(["--target", TARGET])
            .output()
            .unwrap()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("sh");
        command
            .arg(self.folder.path().join("installer.sh"))
            .args(words)
            .current_dir(self.folder.path())
            .env("HOME", self.home())
            .env_remove("RECHARGE_CLI_INSTALL_DIR")
            .env_remove("RECHARGE_CLI_DOWNLOAD_URL");
        command
    }

    #[track_caller]
    fn installs(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Fails with this error, and leaves the home as it was.
    #[track_caller]
    fn refuses(&self, words: &[&str], error: &str) {
        let before = files(&self.home());
        let output = self.run(words);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(&format!("error: {error}")), "{said}");
        assert!(output.stdout.is_empty());
        assert_eq!(files(&self.home()), before, "something was changed");
    }
}

/// A program that tells its version, as `rc` does.
fn program(version: &str) -> String {
    format!("#!/bin/sh\necho rc {version}\n")
}

fn write_program(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn checksum(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    digest
        .as_ref()
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// All files and folders below, with the contents of files.
fn files(folder: &Path) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let is_folder = path.is_dir() && !path.is_symlink();
            if is_folder {
                waiting.push(path.clone());
            }
            let content = (!is_folder).then(|| fs::read(&path).unwrap_or_default());
            found.push((path, content));
        }
    }
    found.sort();
    found
}

#[test]
fn installer_puts_the_program_its_second_name_pages_and_completions_in_place() {
    let desk = Desk::with("1.2.3");
    let said = desk.installs(&[]);
    let place = desk.bin().join("rc");
    assert_eq!(said, format!("installed rc 1.2.3 as {}\n", place.display()));
    assert_eq!(fs::read_to_string(&place).unwrap(), program("1.2.3"));
    assert_eq!(
        fs::metadata(&place).unwrap().permissions().mode() & 0o777,
        0o755
    );
    let second = fs::read_link(desk.bin().join("recharge")).unwrap();
    assert_eq!(second, Path::new("rc"));
    let share = desk.home().join(".local/share");
    for file in [
        "man/man1/rc.1",
        "bash-completion/completions/rc",
        "zsh/site-functions/_rc",
        "fish/vendor_completions.d/rc.fish",
    ] {
        assert!(share.join(file).exists(), "{file}");
    }
    // Nothing of the work stays.
    assert_eq!(fs::read_dir(desk.bin()).unwrap().count(), 2);
    assert!(
        desk.installs(&[])
            .starts_with("installed rc 1.2.3 again as ")
    );
}

#[test]
fn installer_replaces_an_older_version_and_names_both() {
    let desk = Desk::with("1.2.3");
    desk.installs(&[]);
    desk.release("1.10.0", &program("1.10.0"));
    let said = desk.installs(&[]);
    assert!(
        said.starts_with("replaced rc 1.2.3 with 1.10.0 in "),
        "{said}"
    );
    let now = fs::read_to_string(desk.bin().join("rc")).unwrap();
    assert_eq!(now, program("1.10.0"));
}

#[test]
fn installer_replaces_a_newer_version_only_when_told() {
    let desk = Desk::with("1.10.0");
    desk.installs(&[]);
    desk.release("1.9.9", &program("1.9.9"));
    let place = desk.bin().join("rc");
    let error = format!(
        "{} is version 1.10.0, which is newer than 1.9.9",
        place.display()
    );
    desk.refuses(&[], &error);
    let said = desk.installs(&["--force"]);
    assert!(
        said.starts_with("replaced rc 1.10.0 with 1.9.9 in "),
        "{said}"
    );
    // One that is no release yet is older than its release.
    desk.release("1.9.9-rc.1", &program("1.9.9-rc.1"));
    desk.refuses(&[], &format!("{} is version 1.9.9, which", place.display()));
}

#[test]
fn archive_with_another_checksum_is_refused_and_leaves_nothing() {
    let desk = Desk::with("1.2.3");
    let sum = checksum(b"another");
    desk.write_installer("1.2.3", &sum);
    desk.refuses(
        &[],
        &format!("{} is not the file that was released", Desk::archive()),
    );
    // Nor does it touch what is there.
    desk.release("1.2.3", &program("1.2.3"));
    desk.installs(&[]);
    desk.write_installer("1.3.0", &sum);
    desk.refuses(
        &[],
        &format!("{} is not the file that was released", Desk::archive()),
    );
}

#[test]
fn download_that_fails_or_breaks_off_leaves_nothing() {
    let desk = Desk::with("1.2.3");
    desk.downloads.cut(&Desk::archive(), 40);
    desk.refuses(&[], "http://127.0.0.1");
    desk.downloads.remove(&Desk::archive());
    let url = format!("{}/{}", desk.downloads.url, Desk::archive());
    desk.refuses(&[], &format!("{url} cannot be downloaded"));
}

#[test]
fn program_that_does_not_run_or_is_another_version_is_not_installed() {
    let desk = Desk::with("1.2.3");
    for program in ["#!/bin/sh\nexit 1\n", "#!/bin/sh\necho rc 1.2.4\n"] {
        desk.release("1.2.3", program);
        let error = format!(
            "the program of {} does not run on this machine",
            Desk::archive()
        );
        desk.refuses(&[], &error);
    }
}

#[test]
fn platform_without_a_build_is_named_with_those_that_have_one() {
    let desk = Desk::with("1.2.3");
    let run = |system: &str, machine: &str| {
        let tools = desk.folder.path().join("tools");
        fs::create_dir_all(&tools).unwrap();
        let text =
            format!("#!/bin/sh\ncase $1 in -m) echo {machine} ;; *) echo {system} ;; esac\n");
        write_program(&tools.join("uname"), &text);
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{path}", tools.display());
        desk.command(&[]).env("PATH", path).output().unwrap()
    };
    for (system, machine, target) in [
        ("FreeBSD", "amd64", "x86_64-FreeBSD"),
        ("Linux", "riscv64", "riscv64-unknown-linux-musl"),
        ("Darwin", "arm64", "aarch64-apple-darwin"),
    ] {
        let output = run(system, machine);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.starts_with(&format!("error: there is no build for {target}\n")),
            "{said}"
        );
        assert!(said.contains(&format!("builds: {TARGET}\n")), "{said}");
        assert!(files(&desk.home()).is_empty());
    }
    // The one that has a build is found out, whatever it calls its processor.
    assert!(run("Linux", "amd64").status.success());
}

#[test]
fn folder_that_may_not_be_written_is_named_and_nothing_is_downloaded() {
    let desk = Desk::with("1.2.3");
    let locked = desk.home().join("locked");
    fs::create_dir(&locked).unwrap();
    // Root may write everywhere, but for a folder below a file.
    let (dir, below) = if may_write_everywhere() {
        fs::write(locked.join("file"), "").unwrap();
        let dir = locked.join("file/bin");
        (dir.clone(), dir)
    } else {
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
        (locked.clone(), locked.join("bin"))
    };
    for place in [dir, below] {
        let place = place.to_str().unwrap();
        desk.refuses(
            &["--dir", place],
            &format!("no permission to write to {place}"),
        );
    }
    assert_eq!(desk.downloads.count(), 0);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
}

fn may_write_everywhere() -> bool {
    rustix::process::geteuid().is_root()
}

#[test]
fn another_program_of_the_name_stays_and_the_second_name_is_offered() {
    let desk = Desk::with("1.2.3");
    fs::create_dir_all(desk.bin()).unwrap();
    let shell = desk.bin().join("rc");
    // A shell takes the word for a script; one that cannot start is none of ours either.
    for other in ["#!/bin/sh\ncat \"$1\"\n", "not a program"] {
        write_program(&shell, other);
        let error = format!(
            "{} is another program, or one that does not start",
            shell.display()
        );
        desk.refuses(&[], &error);
    }
    let said = desk.installs(&["--name", "recharge"]);
    assert!(said.contains("installed rc 1.2.3 as "), "{said}");
    assert_eq!(fs::read_to_string(&shell).unwrap(), "not a program");
    let own = fs::read_to_string(desk.bin().join("recharge")).unwrap();
    assert_eq!(own, program("1.2.3"));
}

#[test]
fn unknown_options_and_missing_values_are_errors() {
    let desk = Desk::with("1.2.3");
    for (words, error) in [
        (&["--prefix"][..], "unknown option --prefix"),
        (
            &["--name", "../rc"],
            "--name ../rc: expected the name of a program",
        ),
    ] {
        desk.refuses(words, error);
    }
    let output = desk.command(&["--dir"]).output().unwrap();
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "error: --dir needs a value\n"
    );
}

/// The commands in the blocks of a section of the page on installing.
fn commands(heading: &str) -> Vec<&'static str> {
    let text = include_str!("../../docs/installing.md");
    let (_, section) = text.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let blocks = section.split("```").skip(1).step_by(2);
    blocks.flat_map(|block| block.lines().skip(1)).collect()
}

#[test]
fn commands_of_the_page_on_installing_install_check_and_remove() {
    let desk = Desk::with("1.2.3");
    let installer = fs::read(desk.folder.path().join("installer.sh")).unwrap();
    desk.downloads.put("recharge-cli-installer.sh", installer);
    let bytes = fs::read(desk.folder.path().join(Desk::archive())).unwrap();
    let note = format!("{}  {}\n", checksum(&bytes), Desk::archive());
    desk.downloads
        .put(&format!("{}.sha256", Desk::archive()), note.into_bytes());
    let folder = tempfile::tempdir().unwrap();
    let sh = |line: &str| {
        let output = Command::new("sh")
            .args(["-euc", line])
            .current_dir(folder.path())
            .env("HOME", desk.home())
            .env("DOWNLOADS", &desk.downloads.url)
            .output()
            .unwrap();
        assert!(output.status.success(), "{line}: {output:?}");
    };
    let run = |heading: &str, at_least: usize| {
        let lines = commands(heading);
        assert!(lines.len() >= at_least, "{heading}");
        for line in lines {
            // The platform is that of the archive, whatever this machine is.
            if line.starts_with("sh ") {
                sh(&format!("{line} --target {TARGET}"));
            } else {
                sh(line);
            }
        }
    };
    run("The installer", 2);
    assert!(desk.bin().join("recharge").exists());
    run("Check a download", 3);
    run("Remove", 3);
    let left = files(&desk.home());
    assert!(
        left.iter().all(|(_, content)| content.is_none()),
        "{left:?}"
    );
}
