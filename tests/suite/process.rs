//! What only a process of its own can show: pipes that close, signals, exit
//! codes as the shell sees them, and what the rest of the machine can see.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::harness::Store;
use crate::served::{Served, rc};

/// The first line that a process prints; the rest can still be read.
fn first_line(child: &mut Child) -> (BufReader<ChildStdout>, String) {
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    (stdout, line)
}

#[test]
fn a_reader_that_goes_away_ends_the_list_quietly() {
    let served = Served::start();
    // Output of more than any pipe holds, of which one line is read.
    let mut child = served
        .rc(&["subscriptions", "list", "-o", "ndjson", "--page-size", "10"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (stdout, line) = first_line(&mut child);
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert!(line.starts_with('{'));
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_with_130_and_leaves_no_half_file() {
    let store = Store::new();
    // A server that takes the connection and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let file = store.path().join("out.json");
    let child = rc(&["store", "get", "--out", file.to_str().unwrap()])
        .env("RECHARGE_BASE_URL", url)
        .env("RECHARGE_ACCESS_TOKEN", "sk_1")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Once it is connected and asks, it is waiting.
    let (mut stream, _) = silent.accept().unwrap();
    stream.read_exact(&mut [0; 4]).unwrap();
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "error: interrupted\n  → in progress: waiting for an answer to GET /store\n"
    );
    let left: Vec<_> = std::fs::read_dir(store.path()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_watch_with_130_and_without_a_word() {
    let served = Served::start();
    let mut child = served
        .rc(&["subscriptions", "list", "-n", "1", "--watch", "3600"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (_stdout, line) = first_line(&mut child);
    assert!(line.starts_with("{\"event\":\"present\","), "{line}");
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[cfg(unix)]
#[test]
fn a_watch_ends_when_its_reader_has_gone_though_nothing_changes() {
    let served = Served::start();
    let mut child = served
        .rc(&["subscriptions", "list", "-n", "1", "--watch", "3600"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_amid_many_writes_names_what_is_unknown() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let child = rc(&["subscriptions", "activate", "11", "12", "13"])
        .env("RECHARGE_BASE_URL", url)
        .env("RECHARGE_ACCESS_TOKEN", "sk_1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // All three are under way once all three have connected and asked.
    let mut streams = Vec::new();
    for _ in 0..3 {
        let (mut stream, _) = silent.accept().unwrap();
        stream.read_exact(&mut [0; 4]).unwrap();
        streams.push(stream);
    }
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("0 done, 0 failed; the remaining ids were not sent"),
        "{said}"
    );
    assert!(
        said.contains("unknown whether it was carried out for: 11 12 13"),
        "{said}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_leaves_nothing() {
    let store = Store::new();
    let output = rc(&["--sandbox", "customers", "list", "-o", "csv"])
        .env("RECHARGE_STATE_DIR", store.path())
        .stdout(std::fs::File::create("/dev/full").unwrap())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("cannot write to standard output"), "{said}");
}

/// What a shell gives a program for `>&-`: nothing at all.
#[cfg(unix)]
#[test]
fn closed_standard_output_is_an_error_only_when_data_goes_there() {
    let store = Store::new();
    let closed = |words: &str| {
        let program = rc(&[]).get_program().to_owned();
        let output = std::process::Command::new("sh")
            .args(["-c", &format!("exec \"$0\" {words} >&-")])
            .arg(program)
            .env("RECHARGE_STATE_DIR", store.path())
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let error = "error: cannot write to standard output: it is closed\n".to_owned();
    for words in [
        "--help",
        "--version",
        "--sandbox store get",
        "--sandbox customers list -o csv",
    ] {
        assert_eq!(closed(words), (Some(1), error.clone()), "{words}");
    }
    let file = store.path().join("customers.csv");
    let words = format!("--sandbox customers list --out '{}'", file.display());
    assert_eq!(closed(&words).0, Some(0));
    assert!(std::fs::metadata(file).unwrap().len() > 0);
}

#[test]
fn two_commands_in_one_pipe_share_the_sandbox() {
    let store = Store::new();
    let sandbox = |arguments: &[&str]| {
        let mut command = rc(arguments);
        command
            .env("RECHARGE_SANDBOX", "1")
            .env("RECHARGE_STATE_DIR", store.path());
        command
    };
    let mut list = sandbox(&[
        "subscriptions",
        "list",
        "--status",
        "active",
        "-o",
        "ndjson",
        "--page-size",
        "5",
    ])
    .stdout(Stdio::piped())
    .spawn()
    .unwrap();
    let cancelled = sandbox(&[
        "subscriptions",
        "cancel",
        "-",
        "--reason",
        "x",
        "--yes",
        "--jq",
        ".status",
        "-r",
    ])
    .stdin(list.stdout.take().unwrap())
    .output()
    .unwrap();
    assert!(list.wait().unwrap().success());
    assert!(cancelled.status.success(), "{cancelled:?}");
    let statuses = String::from_utf8(cancelled.stdout).unwrap();
    assert!(statuses.lines().count() > 20 && statuses.lines().all(|status| status == "cancelled"));
}

#[test]
fn the_curl_form_of_a_dry_run_runs() {
    let served = Served::start();
    let output = served
        .rc(&["store", "get", "--dry-run=curl"])
        .output()
        .unwrap();
    let script = String::from_utf8(output.stdout).unwrap();
    let output = Command::new("sh")
        .args(["-c", &script])
        .env("RECHARGE_ACCESS_TOKEN", "sk_sandbox_all")
        .output();
    let output = output.unwrap();
    if String::from_utf8_lossy(&output.stderr).contains("curl: not found") {
        return; // There is no curl on this machine to run it with.
    }
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .starts_with("{\"store\":{")
    );
}

#[test]
fn the_first_row_is_there_while_the_second_page_is_not() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (shown, is_shown) = std::sync::mpsc::channel::<()>();
    let server = std::thread::spawn(move || {
        for (cursor, id) in [("\"next\"", 1), ("null", 2)] {
            let (mut stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            if id == 2 {
                // Answered only once the first row has been seen.
                is_shown.recv().unwrap();
            }
            let body = format!("{{\"next_cursor\":{cursor},\"customers\":[{{\"id\":{id}}}]}}");
            let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length:";
            write!(stream, "{head} {}\r\n\r\n{body}", body.len()).unwrap();
        }
    });
    let mut list = rc(&["customers", "list", "-o", "ndjson"])
        .env("RECHARGE_BASE_URL", &url)
        .env("RECHARGE_ACCESS_TOKEN", "sk_test")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut rows = BufReader::new(list.stdout.take().unwrap()).lines();
    assert_eq!(rows.next().unwrap().unwrap(), "{\"id\":1}");
    shown.send(()).unwrap();
    assert_eq!(rows.next().unwrap().unwrap(), "{\"id\":2}");
    assert!(list.wait().unwrap().success());
    server.join().unwrap();
}

#[test]
fn a_filter_that_recurses_without_end_is_an_error() {
    let store = Store::new();
    for filter in ["def f: f | f; f", "def f: [f]; f", "def f: f + 1; [f]"] {
        let output = rc(&["--sandbox", "store", "get", "--jq", filter])
            .env("RECHARGE_STATE_DIR", store.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{filter}: {output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("the filter recurses too deep"), "{said}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_ends_a_credential_command_and_its_children() {
    let store = Store::new();
    let config = store.path().join("config");
    let pid = store.path().join("pid");
    let set = |words: &[&str]| {
        let mut command = rc(words);
        command
            .env("RECHARGE_CONFIG_DIR", &config)
            .env("RECHARGE_STATE_DIR", store.path());
        command
    };
    let command = format!(
        "sh -c 'sleep 1000 & echo $! > {}; echo started >&2; wait'",
        pid.display()
    );
    let made = set(&["profile", "set", "a", "--credential-command", &command]).output();
    assert!(made.unwrap().status.success());
    let mut child = set(&["store", "get", "--profile", "a"])
        .env("PATH", "/usr/bin:/bin")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.contains("started"), "{line}");
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let sleeper = std::fs::read_to_string(&pid).unwrap();
    let stat = format!("/proc/{}/stat", sleeper.trim());
    let runs = || std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z "));
    for _ in 0..200 {
        if !runs() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("the child of the command still runs");
}
