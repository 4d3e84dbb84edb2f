//! Files that are written and files that are read: none is both.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::{Store, rc_of};
use crate::served;

const ROWS: &str = "code,value,value_type\nA,1,percentage\n";
const CUSTOMER: &str = "{\"email\":\"a@example.com\",\"first_name\":\"A\",\"last_name\":\"B\"}";

/// The names under which a file can be reached.
fn names(file: &Path) -> Vec<PathBuf> {
    let folder = file.parent().unwrap();
    let mut names = vec![
        file.to_owned(),
        folder.join(".").join(file.file_name().unwrap()),
    ];
    let hard = folder.join("hard");
    fs::hard_link(file, &hard).unwrap();
    names.push(hard);
    #[cfg(unix)]
    {
        let soft = folder.join("soft");
        std::os::unix::fs::symlink(file, &soft).unwrap();
        let second = folder.join("second");
        std::os::unix::fs::symlink(&soft, &second).unwrap();
        names.extend([soft, second]);
    }
    names
}

/// Runs a line in which `IN` is a file of that text and `OUT` each of its
/// names; each time it is refused, and the file stays as it was.
fn refused(text: &str, line: &str) {
    let store = Store::new();
    let file = store.path().join("input");
    fs::write(&file, text).unwrap();
    for name in names(&file) {
        let word = |word: &str| {
            let word = word.replace("IN", file.to_str().unwrap());
            word.replace("OUT", name.to_str().unwrap())
        };
        rc_of(line.split(' ').map(word))
            .within(&store)
            .fails(2)
            .says("would overwrite");
        assert_eq!(fs::read_to_string(&file).unwrap(), text, "{line}");
    }
}

#[test]
fn output_is_refused_when_it_is_the_input() {
    for flag in ["--out", "--trace", "--report"] {
        refused(ROWS, &format!("bulk discounts create IN {flag} OUT --yes"));
    }
    refused(ROWS, "bulk check discounts create IN --report OUT");
    for flag in ["--out", "--trace"] {
        refused(CUSTOMER, &format!("customers create --body @IN {flag} OUT"));
        refused(
            CUSTOMER,
            &format!("api POST /customers --body @IN {flag} OUT"),
        );
        refused("{}", &format!("sandbox load IN {flag} OUT --yes"));
        refused("", &format!("customers list --ca-file IN {flag} OUT"));
        let nested = format!("addresses update 1 --discounts @IN {flag} OUT");
        refused("[]", &nested);
    }
}

#[test]
fn two_outputs_are_refused_when_they_are_one_file() {
    let store = Store::new();
    let path = store.path().join("one");
    let path = path.to_str().unwrap();
    let words = ["customers", "list", "--out", path, "--trace", path];
    rc_of(words.map(str::to_owned))
        .within(&store)
        .fails(2)
        .shows("collisions-two_outputs_are_refused_when_they_are_one_file");
    assert!(!Path::new(path).exists());
}

#[test]
fn store_of_the_sandbox_is_no_output() {
    let store = Store::new();
    let id = store.id("customers list");
    let path = store.path().join("sandbox.json");
    let words = ["customers", "list", "--out", path.to_str().unwrap()];
    rc_of(words.map(str::to_owned))
        .within(&store)
        .fails(2)
        .shows("collisions-store_of_the_sandbox_is_no_output");
    assert_eq!(store.id("customers list"), id);
}

#[test]
fn output_is_refused_when_it_is_the_file_on_standard_input() {
    let store = Store::new();
    let file = store.path().join("ids");
    for name in {
        fs::write(&file, "1\n").unwrap();
        names(&file)
    } {
        let words = ["--sandbox", "customers", "get", "-", "--out"];
        let mut command: Command = served::rc(&words);
        let output = command
            .arg(&name)
            .env("RECHARGE_STATE_DIR", store.path())
            .stdin(fs::File::open(&file).unwrap())
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("the file on standard input"), "{said}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "1\n");
    }
}

#[test]
fn served_store_is_no_trace() {
    let store = Store::new();
    let data = store.path().join("data.json");
    for trace in ["data.json", "data.json.journal"] {
        let trace = store.path().join(trace);
        let output = served::rc(&["sandbox", "serve", "--port", "0", "--data"])
            .arg(&data)
            .arg("--trace")
            .arg(&trace)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(!data.exists());
    }
}

#[test]
fn output_beside_the_input_is_written() {
    let store = Store::new();
    let (file, out) = (store.path().join("body"), store.path().join("out"));
    fs::write(&file, CUSTOMER).unwrap();
    let body = format!("@{}", file.display());
    let words = ["customers", "create", "--body", &body, "--out"];
    let words = words.iter().map(|word| (*word).to_owned());
    rc_of(words.chain([out.display().to_string()]))
        .within(&store)
        .succeeds();
    assert!(fs::read_to_string(&out).unwrap().contains("a@example.com"));
}
