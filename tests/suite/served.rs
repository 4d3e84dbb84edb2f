//! Sandboxes that are served: processes of their own, with clients, controls,
//! data files and ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use crate::harness::Store;

pub(crate) fn rc(arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("rc"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command
}

/// A served sandbox; it ends with the test.
pub struct Served {
    child: Child,
    pub url: String,
}

impl Served {
    pub fn start() -> Self {
        Self::with(&[])
    }

    pub fn with(flags: &[&str]) -> Self {
        Self::started(rc(&[]), flags, Stdio::null())
    }

    /// With so many lines that it says on standard error.
    pub fn telling(flags: &[&str], lines: usize) -> (Self, String) {
        let mut served = Self::started(rc(&[]), flags, Stdio::piped());
        let mut stderr = BufReader::new(served.child.stderr.take().unwrap());
        let mut said = String::new();
        for _ in 0..lines {
            stderr.read_line(&mut said).unwrap();
        }
        (served, said)
    }

    /// With an environment of its own.
    pub fn started(mut command: Command, flags: &[&str], stderr: Stdio) -> Self {
        let mut child = command
            .args(["sandbox", "serve", "--port", "0", "-o", "json"])
            .args(flags)
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let said: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(said["token"], "sk_sandbox_all");
        let url = said["url"].as_str().unwrap().to_owned();
        Self { child, url }
    }

    pub(crate) fn rc(&self, arguments: &[&str]) -> Command {
        let mut command = rc(arguments);
        command
            .env("RECHARGE_BASE_URL", &self.url)
            .env("RECHARGE_ACCESS_TOKEN", "sk_sandbox_all");
        command
    }
}

/// Sends a PATCH request over a connection of its own; what was answered.
pub(crate) fn patch(url: &str, body: &str) -> String {
    let (authority, path) = url
        .strip_prefix("http://")
        .and_then(|url| url.split_once('/'))
        .unwrap();
    let mut stream = std::net::TcpStream::connect(authority).unwrap();
    write!(
        stream,
        "PATCH /{path} HTTP/1.1\r\nHost: {authority}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_served_sandbox_answers_over_the_network() {
    let served = Served::start();
    let output = served
        .rc(&["customers", "list", "--jq", ".email", "-r"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8(output.stdout).unwrap().lines().count() > 20);
    let output = served
        .rc(&["store", "get"])
        .env("RECHARGE_ACCESS_TOKEN", "wrong")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn served_sandbox_answers_unversioned_requests_in_the_version_of_its_flag() {
    let served = Served::with(&["--api-version", "2021-01"]);
    let authority = served.url.strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(authority).unwrap();
    let request = format!(
        "GET /shop HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\
         X-Recharge-Access-Token: sk_sandbox_all\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let answer = answer.to_lowercase();
    assert!(answer.starts_with("http/1.1 200"), "{answer}");
    assert!(answer.contains("x-recharge-version: 2021-01"), "{answer}");
    let arguments = ["sandbox", "serve", "--api-version", "2020-01"];
    let output = rc(&arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("there is no version 2020-01 of the API"),
        "{said}"
    );
}

#[test]
fn a_served_sandbox_is_controlled_from_its_own_machine() {
    let served = Served::start();
    let says = |arguments: &[&str]| {
        let output = served.rc(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?} {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    says(&["sandbox", "clock", "advance", "3d"]);
    let ahead = ["sandbox", "clock", "show", "--jq", ".ahead_seconds"];
    assert_eq!(says(&ahead), "259200\n");
    let customers = ["sandbox", "state", "--jq", ".counts.customer"];
    let named = ["--base-url", &served.url, "--yes"];
    let replacing = |words: &[&str]| says(&[&["sandbox"], words, &named].concat());
    replacing(&["seed", "--customers", "7"]);
    assert_eq!(says(&customers), "7\n");
    let dumped = says(&["sandbox", "dump"]);
    replacing(&["reset"]);
    assert_eq!(says(&customers), "60\n");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.json");
    std::fs::write(&file, dumped).unwrap();
    replacing(&["load", file.to_str().unwrap()]);
    assert_eq!(says(&customers), "7\n");
    let few = [
        "sandbox",
        "token",
        "--scopes",
        "read_orders",
        "--jq",
        ".token",
        "-r",
    ];
    let token = says(&few);
    let output = served
        .rc(&["customers", "list"])
        .env("RECHARGE_ACCESS_TOKEN", token.trim())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
}

/// A page in a browser can make it send requests to this machine, but not hide
/// where they come from.
#[test]
fn a_web_page_controls_no_sandbox() {
    let served = Served::start();
    let authority = served.url.strip_prefix("http://").unwrap();
    let status = |lines: &str| {
        let mut stream = std::net::TcpStream::connect(authority).unwrap();
        write!(
            stream,
            "GET /_sandbox/state HTTP/1.1\r\n{lines}Connection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer[9..12].to_owned()
    };
    assert_eq!(status(&format!("Host: {authority}\r\n")), "200");
    assert_eq!(status("Host: localhost\r\n"), "200");
    assert_eq!(status("Host: [::1]:80\r\n"), "200");
    assert_eq!(status("Host: sandbox.example.com\r\n"), "403");
    let origin = format!("Host: {authority}\r\nOrigin: https://example.com\r\n");
    assert_eq!(status(&origin), "403");
}

#[test]
fn a_busy_port_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = rc(&["sandbox", "serve", "--port", &port]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains(&port));
}

/// A customer created over a connection of its own; nothing when no whole
/// answer came.
fn created(address: &str, number: usize) -> Option<u64> {
    let body =
        format!("{{\"email\":\"k{number}@example.com\",\"first_name\":\"A\",\"last_name\":\"K\"}}");
    let request = format!(
        "POST /customers HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n\
         X-Recharge-Access-Token: sk_sandbox_all\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = std::net::TcpStream::connect(address).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    let body: serde_json::Value = serde_json::from_str(body).ok()?;
    body["customer"]["id"].as_u64()
}

#[test]
fn a_server_that_is_killed_loses_nothing_that_it_answered() {
    let store = Store::new();
    let file = store.path().join("data.json");
    let flags = ["--data", file.to_str().unwrap()];
    let mut answered = Vec::new();
    for round in 0..3 {
        let mut served = Served::with(&flags);
        let address = served.url.trim_start_matches("http://").to_owned();
        let (told, heard) = std::sync::mpsc::channel();
        let writer = std::thread::spawn(move || {
            // It writes until no one answers any more.
            for number in 0.. {
                let Some(id) = created(&address, round * 1_000_000 + number) else {
                    break;
                };
                told.send(id).unwrap();
            }
        });
        answered.extend(heard.iter().take(25));
        served.child.kill().unwrap();
        served.child.wait().unwrap();
        answered.extend(heard.iter());
        writer.join().unwrap();
    }
    let served = Served::with(&flags);
    let output = served
        .rc(&["customers", "list", "--jq", ".id"])
        .output()
        .unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    let listed: std::collections::HashSet<u64> =
        listed.lines().map(|line| line.parse().unwrap()).collect();
    assert!(answered.len() >= 75);
    assert!(answered.iter().all(|id| listed.contains(id)));
}

#[test]
fn two_servers_do_not_share_a_data_file_and_a_damaged_one_is_left_alone() {
    let store = Store::new();
    let file = store.path().join("data.json");
    let name = file.to_str().unwrap();
    let served = Served::with(&["--data", name, "--customers", "5"]);
    let output = served
        .rc(&["customers", "list", "--jq", ".id"])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 5);
    let second = || {
        let output = rc(&["sandbox", "serve", "--port", "0", "--data", name])
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, said) = second();
    assert_eq!(code, Some(1));
    assert!(said.contains("data.json is in use"), "{said}");
    drop(served);
    std::fs::write(&file, "{\"format\":").unwrap();
    let (code, said) = second();
    assert_eq!(code, Some(1));
    assert!(
        said.contains("data.json") && said.contains("to start over"),
        "{said}"
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{\"format\":");
}

/// What a client of version 2021-01 gets: the `Link` header and the body.
fn asked_in_2021_01(address: &str, target: &str) -> (String, serde_json::Value) {
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         X-Recharge-Access-Token: sk_sandbox_all\r\nX-Recharge-Version: 2021-01\r\n\r\n"
    );
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let link = head.lines().find_map(|line| line.strip_prefix("link: "));
    let link = link.unwrap_or_default().to_owned();
    (link, serde_json::from_str(body).unwrap())
}

#[test]
fn a_client_of_the_older_version_follows_the_links_of_a_served_sandbox() {
    let served = Served::start();
    let address = served.url.trim_start_matches("http://");
    let (_, counted) = asked_in_2021_01(address, "/subscriptions/count");
    let mut ids = std::collections::BTreeSet::new();
    let mut target = Some("/subscriptions?limit=50".to_owned());
    while let Some(path) = target {
        let (link, page) = asked_in_2021_01(address, &path);
        let page = page["subscriptions"].as_array().unwrap().clone();
        ids.extend(page.iter().map(|one| one["id"].as_u64().unwrap()));
        let next = link.split(", ").find(|part| part.ends_with("rel=\"next\""));
        let next = next.and_then(|part| part.strip_prefix('<')?.split_once('>'));
        target = next.map(|(url, _)| url.strip_prefix(&served.url).unwrap().to_owned());
    }
    assert!(ids.len() > 50);
    assert_eq!(counted["count"], ids.len());
}

/// Others may work with a served sandbox: neither a variable nor the profile in use
/// is enough to replace its store.
#[test]
fn served_store_is_replaced_only_by_a_command_that_names_it() {
    let (served, store) = (Served::with(&["--customers", "70"]), Store::new());
    let run = |words: &[&str], set: Option<(&str, &str)>| {
        let mut command = rc(words);
        command
            .env("RECHARGE_STATE_DIR", store.path())
            .env("RECHARGE_CONFIG_DIR", store.path())
            .envs(set);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let customers = || {
        let words = ["sandbox", "state", "--jq", ".counts.customer", "--base-url"];
        run(&[&words[..], &[&served.url]].concat(), None)
    };
    let by_variable = Some(("RECHARGE_BASE_URL", served.url.as_str()));
    run(&["profile", "set", "a", "--base-url", &served.url], None);
    run(&["profile", "use", "a"], None);
    let local = [
        "--sandbox",
        "customers",
        "list",
        "--slurp",
        "--jq",
        "length",
    ];
    for set in [None, by_variable] {
        run(&["sandbox", "seed", "--customers", "5", "--yes"], set);
        assert_eq!(run(&local, None), "5\n");
        run(&["sandbox", "reset", "--yes"], set);
        assert_eq!(run(&local, None), "60\n");
        assert_eq!(customers(), "70\n");
    }
    for naming in [["--base-url", &served.url], ["--profile", "a"]] {
        run(
            &[&["sandbox", "reset", "--yes"][..], &naming].concat(),
            None,
        );
        assert_eq!(customers(), "60\n");
    }
    let error = rc(&["sandbox", "reset", "--base-url", &served.url])
        .env("RECHARGE_STATE_DIR", store.path())
        .output()
        .unwrap();
    let said = String::from_utf8(error.stderr).unwrap();
    let question = format!(
        "Replace the sandbox served at {}? All changes in it are lost.",
        served.url
    );
    assert!(said.contains(&question), "{said}");
}
