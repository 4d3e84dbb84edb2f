//! `--open`: pages that a browser opens, with openers that tell what they got.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Rc, rc};
use crate::served::Served;

/// A folder with a program in the place of a browser.
struct Browser {
    folder: tempfile::TempDir,
}

impl Browser {
    /// It tells its arguments to anyone who reads `told`, and its environment
    /// to a file before.
    fn named(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let browser = Self { folder };
        let told = browser.path("told");
        assert!(
            Command::new("mkfifo")
                .arg(&told)
                .status()
                .unwrap()
                .success()
        );
        let environment = browser.path("environment");
        browser.program(
            name,
            &format!(
                "/usr/bin/env > {}\nprintf '%s\\n' \"$@\" > {}",
                environment.display(),
                told.display()
            ),
        );
        browser
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn program(&self, name: &str, script: &str) {
        let path = self.path(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// The status and the place that an answer leads to.
fn asked(url: &str, further: &str) -> Option<(u16, String)> {
    let (address, path) = url.strip_prefix("http://")?.split_once('/')?;
    let mut stream = TcpStream::connect(address).ok()?;
    write!(
        stream,
        "GET /{path} HTTP/1.1\r\nHost: {address}\r\n{further}Connection: close\r\n\r\n"
    )
    .ok()?;
    let mut answer = String::new();
    BufReader::new(stream).read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    let place = answer
        .lines()
        .find_map(|line| line.strip_prefix("location: "));
    Some((status, place.unwrap_or_default().to_owned()))
}

/// What a browser does that was given a page: where it comes to in the end.
fn followed(told: &Path) -> (Vec<String>, PathBuf, String) {
    let lines = BufReader::new(fs::File::open(told).unwrap()).lines();
    let arguments: Vec<String> = lines.map(Result::unwrap).collect();
    let page = PathBuf::from(arguments.last().unwrap());
    let mode = fs::metadata(&page).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "other users can read it");
    let text = fs::read_to_string(&page).unwrap();
    assert!(!text.contains("token"), "{text}");
    let url = text.split("0; url=").nth(1).unwrap();
    let url = url.split('"').next().unwrap();
    let (address, _) = url.rsplit_once('/').unwrap();
    // No one gets it who guesses, asks from a web page, or looks in advance.
    for (url, further) in [
        (format!("{address}/"), ""),
        (format!("{url}0"), ""),
        (url.to_owned(), "Origin: http://evil.example.com\r\n"),
        (url.to_owned(), "Sec-Purpose: prefetch\r\n"),
    ] {
        let (status, place) = asked(&url, further).unwrap();
        assert!(matches!(status, 403 | 404) && place.is_empty(), "{status}");
    }
    let (status, place) = asked(url, "").unwrap();
    assert_eq!(status, 303);
    // Only once; the server may have ended already.
    let again = asked(url, "");
    assert!(again.is_none_or(|(status, place)| status == 404 && place.is_empty()));
    (arguments, page, place)
}

fn customer(of: impl Fn(&str) -> Rc) -> String {
    let listed = of("customers list -n 1 --jq .id").succeeds();
    listed.stdout.trim().to_owned()
}

#[test]
fn link_is_opened_without_its_token_in_arguments_files_or_output() {
    let served = Served::start();
    let of = |line: &str| rc(line).against(&served.url);
    let customer = customer(of);
    // The first one of the list is not there, the second one fails.
    let browser = Browser::named("browser");
    browser.program("broken", "exit 3");
    let list = ["absent", "broken", "browser --new"].map(|name| browser.path(name));
    let list = list.map(|path| path.display().to_string()).join(":");
    let told = browser.path("told");
    let following = std::thread::spawn(move || followed(&told));
    let opened = of(&format!("portal link {customer} --open --yes"))
        .env("BROWSER", &list)
        .succeeds();
    let (arguments, page, place) = following.join().unwrap();
    assert!(
        place.starts_with(&format!("{}/portal/", served.url)),
        "{place}"
    );
    let (address, token) = place.split_once("?token=").unwrap();
    let hash = address.rsplit('/').next().unwrap();
    assert_eq!(arguments[0], "--new");
    let environment = fs::read_to_string(browser.path("environment")).unwrap();
    assert!(environment.contains("BROWSER="), "{environment}");
    assert!(
        !environment.contains("RECHARGE_ACCESS_TOKEN"),
        "{environment}"
    );
    let seen = format!("{arguments:?}{environment}{opened:?}");
    for secret in [token, hash] {
        assert!(!seen.contains(secret), "{seen}");
    }
    assert_eq!(opened.stdout, "");
    opened.says("the link gives full access to the account of the customer until 20");
    assert!(!page.exists(), "the page is left behind");
    // It is the portal of the customer.
    let (status, _) = asked(&place, "").unwrap();
    assert!(status < 400, "{status}");
}

#[test]
fn system_opens_the_link_where_no_browser_is_named() {
    let served = Served::start();
    let of = |line: &str| rc(line).against(&served.url);
    let customer = customer(of);
    let name = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let browser = Browser::named(name);
    let told = browser.path("told");
    let following = std::thread::spawn(move || followed(&told));
    of(&format!("portal link {customer} --open --yes"))
        .env("PATH", &browser.folder.path().display().to_string())
        .succeeds();
    let (arguments, ..) = following.join().unwrap();
    assert_eq!(arguments.len(), 1);
}

#[test]
fn link_that_nothing_opens_is_an_error_and_is_not_shown() {
    let served = Served::start();
    let of = |line: &str| rc(line).against(&served.url);
    let customer = customer(of);
    let browser = Browser::named("browser");
    browser.program("broken", "exit 3");
    for name in ["absent", "broken"] {
        let outcome = of(&format!("portal link {customer} --open --yes"))
            .env("BROWSER", &browser.path(name).display().to_string())
            .fails(1);
        let outcome = outcome.says("no browser could be started");
        assert!(!outcome.screen.contains("link_"), "{outcome:?}");
    }
    let line = format!("portal link {customer} --open --yes");
    of(&format!("{line} -o json"))
        .fails(2)
        .shows("opened-link_that_nothing_opens_is_an_error_and_is_not_shown");
    rc(&line)
        .sandboxed()
        .fails(2)
        .shows("opened-link_that_nothing_opens_is_an_error_and_is_not_shown-2");
}
