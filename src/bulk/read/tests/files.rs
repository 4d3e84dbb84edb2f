//! Paths as they are typed, with real files.

use std::fs;

use super::super::{InputStream, open_path};
use super::*;

fn no_stdin() -> Result<InputStream> {
    panic!("standard input was taken")
}

fn refusal(path: &str) -> String {
    let Err(error) = open_path(path, no_stdin) else {
        panic!("{path} was opened")
    };
    assert_eq!(error.kind, Kind::Usage);
    assert!(!error.hints.is_empty());
    told(&error)
}

#[test]
fn a_dash_is_standard_input_and_nothing_else_is() {
    let (name, mut stream) = open_path("-", || Ok(Box::new(io::Cursor::new("code")))).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert_eq!((name.as_str(), text.as_str()), ("standard input", "code"));
    let taken = open_path("-", || Err(Error::usage("it was taken")));
    assert_eq!(taken.err().unwrap().message, "it was taken");
}

#[test]
fn a_file_is_read_under_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spring.csv");
    fs::write(&path, "code,value\r\nA,1\r\n\"B\"x,2\r\n").unwrap();
    let (name, stream) = open_path(path.to_str().unwrap(), no_stdin).unwrap();
    let error = read_from(&name, stream, ReadOptions::default()).unwrap_err();
    let place = format!("{}, line 3: ", path.display());
    assert!(error.message.starts_with(&place), "{error}");
}

#[test]
fn a_folder_a_missing_file_and_no_name_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    assert!(refusal(&path).contains("is a folder\nname a file in it"));
    let missing = refusal(&format!("{path}/none.csv"));
    assert!(missing.contains("check the name"), "{missing}");
    assert!(refusal("").contains("empty"));
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("closed.csv");
    fs::write(&path, "code\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // Anyone who may do everything may read it all the same.
    if fs::read(&path).is_err() {
        assert!(refusal(path.to_str().unwrap()).contains("permissions"));
    }
}

#[cfg(unix)]
#[test]
fn devices_are_read_like_files() {
    let (name, stream) = open_path("/dev/null", no_stdin).unwrap();
    let error = read_from(&name, stream, ReadOptions::default()).unwrap_err();
    assert!(error.message == "/dev/null is empty", "{error}");
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_read_like_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    let writer = std::thread::spawn({
        let path = path.clone();
        move || fs::write(path, "code\nA\nB\n").unwrap()
    });
    let (name, stream) = open_path(path.to_str().unwrap(), no_stdin).unwrap();
    let got = read_from(&name, stream, ReadOptions::default()).unwrap();
    writer.join().unwrap();
    assert_eq!(got.rows, [(2, cells(&["A"])), (3, cells(&["B"]))]);
}
