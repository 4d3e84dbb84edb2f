//! How requests get there: TLS and whom it trusts, proxies, redirects, time
//! limits, and connections that are kept.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use bytes::Bytes;
use recharge_cli::api::client::{Failure, Http, Transport};
use recharge_cli::config::{BaseUrl, Environment, Network, NetworkFlags, Timeouts};

use crate::canned::{Canned, Reply};
use crate::harness::{Rc, rc};
use crate::secure::{Identity, Listening, ok};

const STORE: &str = "{\"store\":{\"id\":1,\"name\":\"Far\"}}";
const FAR: &str = "https://store.example.test";

/// The name of the store, asked of a server that the file vouches for.
fn trusting(url: &str, identity: &Identity) -> Rc {
    rc("store get --jq .name -r")
        .against(url)
        .with(&format!("--ca-file {}", identity.file()))
}

#[test]
fn a_file_of_authorities_is_trusted_and_nothing_else_then() {
    let identity = Identity::signed();
    let server = Listening::secure(&identity, ok(STORE));
    let url = server.url("https");
    trusting(&url, &identity).succeeds().prints("Far\n");
    let line = rc("store get --jq .name -r").against(&url);
    let line = line.env("RECHARGE_CA_FILE", &identity.file());
    line.succeeds().prints("Far\n");
    let stranger = Identity::signed();
    trusting(&url, &stranger).fails(6).says("nothing was sent");
    let asked: usize = server.heads().iter().map(Vec::len).sum();
    assert_eq!(asked, 2, "a token went to a server that is not trusted");
}

#[test]
fn a_certificate_that_is_not_trusted_says_why_and_what_to_do() {
    let signed = Identity::of_its_own();
    let server = Listening::secure(&signed, ok(STORE));
    let url = server.url("https");
    let outcome = rc("store get").against(&url).fails(6);
    outcome
        .says("UnknownIssuer")
        .says("signed by itself or by an unknown authority")
        .says("--ca-file");
    trusting(&url, &signed).succeeds();
    for (identity, said) in [
        (Identity::expired(), "Check the clock of this machine"),
        (Identity::of_another_host(), "belongs to another host"),
    ] {
        let server = Listening::secure(&identity, ok(STORE));
        trusting(&server.url("https"), &identity)
            .fails(6)
            .says(said);
        assert!(server.heads().concat().is_empty());
    }
}

#[test]
fn the_authorities_of_the_system_are_trusted_when_asked_for() {
    let identity = Identity::signed();
    let server = Listening::secure(&identity, ok(STORE));
    // Where the system keeps them is reported by a variable of the process.
    let mut command = crate::served::rc(&["store", "get", "--system-ca", "--jq", ".name"]);
    command
        .env("SSL_CERT_FILE", identity.file())
        .env("RECHARGE_ACCESS_TOKEN", "sk_sandbox_all")
        .env("RECHARGE_BASE_URL", server.url("https"));
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn a_file_of_authorities_that_is_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("not.pem");
    let line = || {
        rc("store get --base-url https://127.0.0.1:9")
            .env("RECHARGE_ACCESS_TOKEN", "sk_1")
            .with(&format!("--ca-file {}", path.display()))
    };
    line()
        .fails(2)
        .shows("network-a_file_of_authorities_that_is_none_is_named");
    std::fs::write(&path, "hello").unwrap();
    line()
        .fails(2)
        .shows("network-a_file_of_authorities_that_is_none_is_named-2");
}

/// The versions of TLS that the client offers, as it says first.
#[test]
fn nothing_older_than_tls_1_2_is_offered() {
    let (told, said) = std::sync::mpsc::channel();
    let server = Listening::with(move |mut stream, _, _| {
        let mut hello = vec![0; 4096];
        let read = stream.read(&mut hello).unwrap_or_default();
        let _ = told.send(hello[..read].to_vec());
    });
    rc("store get").against(&server.url("https")).fails(6);
    let hello = said.recv().unwrap();
    let versions = [0, 0x2b, 0, 5, 4, 3, 4, 3, 3];
    assert!(hello.windows(9).any(|part| part == versions), "{hello:?}");
}

#[test]
fn http_2_is_spoken_where_it_is_offered() {
    let identity = Identity::signed();
    let server = Listening::second(&identity, STORE);
    let outcome = trusting(&server.url("https"), &identity).succeeds();
    outcome.prints("Far\n");
    assert_eq!(server.heads()[0], ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]);
}

#[test]
fn one_connection_serves_many_requests() {
    let server = Listening::plain(ok("{\"subscription\":{\"id\":1}}"));
    let ids: Vec<String> = (1..40).map(|id| id.to_string()).collect();
    let line = format!("subscriptions get {}", ids.join(" "));
    rc(&line).against(&server.url("http")).succeeds();
    let heads = server.heads();
    assert_eq!(heads.iter().map(Vec::len).sum::<usize>(), 39);
    // As many as are asked at the same time, and some that were begun in vain.
    assert!(heads.len() < 20, "{} connections", heads.len());
    let head = &heads[0][0].to_lowercase();
    let agent = concat!("user-agent: recharge-cli/", env!("CARGO_PKG_VERSION"));
    assert!(head.contains(agent), "{head}");
    assert!(head.contains("accept-encoding: gzip"), "{head}");
}

#[test]
fn a_packed_answer_is_unpacked() {
    // `{"store":{"id":7}}`, as gzip packs it without compressing.
    let body = b"{\"store\":{\"id\":7}}";
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1, 18, 0, !18, 255];
    packed.extend(body);
    packed.extend(crc(body).to_le_bytes());
    packed.extend(18_u32.to_le_bytes());
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        packed.len()
    )
    .into_bytes();
    answer.extend(packed);
    let server = Listening::plain(answer);
    let line = rc("store get --jq .id").against(&server.url("http"));
    line.succeeds().prints("7\n");
}

fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), step)
    })
}

#[test]
fn a_redirect_is_not_followed_and_the_token_stays() {
    let thief = Listening::plain(ok(STORE));
    for status in [301, 302, 303, 307, 308] {
        let answer = format!(
            "HTTP/1.1 {status} X\r\nLocation: {}/store\r\nContent-Length: 0\r\n\r\n",
            thief.url("http")
        );
        let server = Listening::plain(answer);
        let line = rc("store get").against(&server.url("http"));
        let outcome = line.runs();
        assert_ne!(outcome.code, 0, "{outcome:?}");
        outcome.says(&status.to_string());
    }
    assert!(thief.heads().is_empty(), "{:?}", thief.heads());
}

#[test]
fn a_proxy_is_asked_for_a_tunnel_and_sees_no_token() {
    let identity = Identity::signed();
    let server = Listening::secure(&identity, ok(STORE));
    let proxy = Listening::proxy(server.address);
    let with = format!("http://user:pass@{}", proxy.address);
    let line = trusting(FAR, &identity).env("HTTPS_PROXY", &with);
    let outcome = line.with("-vv").succeeds().prints("Far\n");
    assert!(!outcome.stderr.contains("pass@"), "{outcome:?}");
    let head = &proxy.heads()[0][0];
    assert!(
        head.starts_with("CONNECT store.example.test:443 HTTP/1.1"),
        "{head}"
    );
    // `user:pass`, as the scheme Basic writes it.
    assert!(head.contains("Basic dXNlcjpwYXNz"), "{head}");
    assert!(!head.contains("sk_sandbox_all"), "{head}");
}

#[test]
fn a_socks_proxy_finds_the_host() {
    let identity = Identity::signed();
    let server = Listening::secure(&identity, ok(STORE));
    let proxy = Listening::socks(server.address);
    let with = format!("socks5h://{}", proxy.address);
    let line = trusting(FAR, &identity).env("ALL_PROXY", &with);
    line.succeeds().prints("Far\n");
    assert_eq!(proxy.heads()[0], ["store.example.test"]);
}

#[test]
fn a_proxy_that_refuses_or_is_not_there_is_named_without_its_password() {
    let refusing = Listening::plain("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
    for address in [refusing.address.to_string(), "127.0.0.1:9".to_owned()] {
        let line = rc("store get").against(FAR);
        let line = line.env("https_proxy", &format!("http://user:hidden@{address}"));
        let outcome = line.fails(6).says("nothing was sent").says(&address);
        assert!(!outcome.stderr.contains("hidden"), "{outcome:?}");
    }
}

#[test]
fn a_wrong_proxy_is_a_usage_error_that_names_its_variable() {
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let line = rc("store get").against(FAR);
        let outcome = line.env(variable, "ftp://user:hidden@proxy").fails(2);
        let outcome = outcome.says(variable);
        assert!(!outcome.stderr.contains("hidden"), "{outcome:?}");
    }
}

#[test]
fn trouble_on_the_way_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.csv");
    std::fs::write(&file, "kept").unwrap();
    let line = || rc("orders list -o csv").with(&format!("--out {}", file.display()));
    let wrong = line().against(FAR).env("HTTPS_PROXY", "ftp://proxy");
    wrong.fails(2);
    for identity in [Identity::of_its_own(), Identity::expired()] {
        let server = Listening::secure(&identity, ok("{\"orders\":[]}"));
        line().against(&server.url("https")).fails(6);
    }
    line()
        .against(&stalling(BEGUN).url("http"))
        .with("--timeout 20ms")
        .fails(6);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "kept");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn no_proxy_stands_before_this_machine() {
    let server = Canned::serve(vec![Reply::Json(200, STORE)]);
    let line = rc("store get").against(&server.url);
    line.env("ALL_PROXY", "http://127.0.0.1:9").succeeds();
    assert_eq!(server.asked().len(), 1);
}

/// The beginning of an answer.
const BEGUN: &str = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n{";

/// What becomes of one request under these settings.
fn sent(url: &str, network: &Network) -> Result<http::Response<Bytes>, Failure> {
    let http = Http::new(&BaseUrl::parse(url).unwrap(), network).unwrap();
    let request = http::Request::get(url).body(Bytes::new()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(http.send(request))
}

#[test]
fn an_answer_without_end_is_not_gathered() {
    let server = Listening::plain(ok(&"x".repeat(5000)));
    let largest = |largest| Network {
        largest,
        ..Network::patient()
    };
    let url = server.url("http");
    let refused = sent(&url, &largest(Some(4999))).unwrap_err();
    assert!(refused.reason.contains("too large"), "{refused:?}");
    assert!(sent(&url, &largest(Some(5000))).is_ok());
    assert!(sent(&url, &largest(None)).is_ok());
    let base = BaseUrl::parse(&url).unwrap();
    let usual = Network::of(&NetworkFlags::default(), &Environment::new(), &base).unwrap();
    assert!(usual.largest.is_some());
}

/// A server that says so much, and then nothing for ever.
fn stalling(after: &'static str) -> Listening {
    Listening::with(move |mut stream, _, _| {
        let mut asked = [0; 4096];
        let _ = stream.read(&mut asked);
        let _ = stream.write_all(after.as_bytes());
        while matches!(stream.read(&mut asked), Ok(1..)) {}
    })
}

#[test]
fn an_answer_that_never_ends_is_given_up_in_time() {
    let server = stalling(BEGUN);
    let begun = Instant::now();
    let line = "customers create --email a@example.com --first-name A --last-name K";
    let outcome = rc(line)
        .against(&server.url("http"))
        .with("--timeout 100ms")
        .fails(6);
    outcome.says("it took too long").says("it is unknown");
    assert!(begun.elapsed() < Duration::from_secs(10));
    rc("store get --timeout soon")
        .fails(2)
        .shows("network-an_answer_that_never_ends_is_given_up_in_time");
}

#[test]
fn a_server_that_falls_silent_is_given_up_by_each_time_limit() {
    let tried = |scheme: &str, timeouts: Timeouts| {
        let said = if scheme == "http" { BEGUN } else { "" };
        let url = stalling(said).url(scheme);
        let network = Network {
            timeouts,
            ..Network::patient()
        };
        sent(&url, &network).unwrap_err()
    };
    let (short, long) = (Duration::from_millis(50), Duration::from_secs(60));
    let none = Timeouts {
        connect: long,
        read: None,
        total: None,
    };
    let read = tried(
        "http",
        Timeouts {
            read: Some(short),
            ..none
        },
    );
    assert!(
        !read.not_sent && read.reason.contains("took too long"),
        "{read:?}"
    );
    let total = tried(
        "http",
        Timeouts {
            total: Some(short),
            ..none
        },
    );
    assert!(
        !total.not_sent && total.reason.contains("took too long"),
        "{total:?}"
    );
    // It accepts the connection, and never speaks TLS.
    let connect = tried(
        "https",
        Timeouts {
            connect: short,
            ..none
        },
    );
    assert!(
        connect.not_sent && connect.reason.contains("took too long"),
        "{connect:?}"
    );
}
