//! Broken, endless and misleading bytes: each gets a proper status.

use super::keeping::over_the_wire;

const KNOWN: &str = "Host: x\r\nX-Recharge-Access-Token: sk_sandbox_all\r\n";

/// The status line of the first answer.
fn status(bytes: Vec<u8>) -> String {
    let answer = over_the_wire(bytes);
    answer.lines().next().unwrap_or_default().to_owned()
}

fn head(line: &str, headers: &str) -> Vec<u8> {
    format!("{line} HTTP/1.1\r\n{KNOWN}Connection: close\r\n{headers}\r\n").into_bytes()
}

#[test]
fn heads_without_end_and_without_sense_are_refused() {
    let flood = "X-Many: a\r\n".repeat(200);
    let long = format!("X-Long: {}\r\n", "a".repeat(1_000_000));
    let far = format!("GET /store?a={}", "a".repeat(100_000));
    let cases = [
        (head("GET /store", &flood), "431"),
        (head("GET /store", &long), "431"),
        (head(&far, ""), "414"),
        (head("POST /customers", "Content-Length: -5\r\n"), "400"),
        (
            head(
                "POST /customers",
                "Content-Length: 2\r\nContent-Length: 3\r\n",
            ),
            "400",
        ),
        (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n".to_vec(),
            "400",
        ),
        (head("GET /nothing/\u{1f4a5}", ""), "404"),
    ];
    for (bytes, wanted) in cases {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
        let status = status(bytes);
        assert!(status.contains(wanted), "{shown}: {status}");
    }
}

#[test]
fn bodies_that_break_off_or_are_no_text_are_refused() {
    let with = |head: Vec<u8>, body: &[u8]| [head, body.to_vec()].concat();
    let sized = |body: &[u8]| {
        let length = format!("Content-Length: {}\r\n", body.len());
        with(head("POST /customers", &length), body)
    };
    let chunked = || head("POST /customers", "Transfer-Encoding: chunked\r\n");
    let endless = [
        b"100000\r\n".to_vec(),
        vec![b'a'; 0x10_0000],
        b"\r\n".to_vec(),
    ]
    .concat();
    let cases = [
        (sized(b"{\"email\": \"\xff\xfe\"}"), "415"),
        (sized(b"{\"email\":"), "415"),
        (sized(&b"[".repeat(100_000)), "415"),
        (sized(&b"{\"a\":".repeat(100_000)), "415"),
        (sized(b"{\"email\": 1e999}"), "415"),
        (sized(b"email=a&first_name=b"), "415"),
        (with(chunked(), b"ZZ\r\n"), "400"),
        (with(chunked(), &endless.repeat(9)), "413"),
        (with(chunked(), b"2\r\n{}\r\n0\r\n\r\n"), "422"),
    ];
    for (bytes, wanted) in cases {
        let at = bytes
            .windows(4)
            .position(|part| part == b"\r\n\r\n")
            .unwrap();
        let shown = String::from_utf8_lossy(&bytes[at..bytes.len().min(at + 40)]).into_owned();
        let status = status(bytes);
        assert!(status.contains(wanted), "{shown}: {status}");
    }
}

#[test]
fn headers_that_are_no_text_are_no_token_and_no_version() {
    let bad = b"GET /store HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Recharge-Access-Token: \xff\r\n\r\n";
    assert!(status(bad.to_vec()).contains("401"));
    let old = [
        &head("GET /store", "")[..head("GET /store", "").len() - 2],
        b"X-Recharge-Version: \xff\r\n\r\n",
    ];
    assert!(status(old.concat()).contains("426"));
}

#[test]
fn who_sends_nothing_more_is_not_waited_for_without_end() {
    // Time that nothing happens in passes at once here.
    let slowly = |bytes: &str| {
        let answer = super::keeping::over_a_wire_without_time(bytes.as_bytes().to_vec());
        answer.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(slowly("GET /store HTTP/1.1\r\nHost: x\r\n"), "");
    let body = format!("POST /customers HTTP/1.1\r\n{KNOWN}Content-Length: 50\r\n\r\n{{");
    assert!(slowly(&body).contains("408"), "a body that stops");
}
