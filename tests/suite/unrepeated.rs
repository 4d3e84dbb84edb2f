//! A URL with a password, wherever it is given and however it is broken, is
//! repeated in no output and no file.

use crate::harness::{Rc, Store, rc, rc_of};
use crate::secure::{Listening, ok};

/// URLs whose password is `TOPSECRET`, or has it in it.
fn urls() -> Vec<String> {
    let mut urls = Vec::new();
    for scheme in ["https://", "http://", "ftp://", "socks5://", ""] {
        for user in [
            "user:",
            "user:80/",
            ":",
            "u#:",
            "TOPSECRET:",
            "TOPSECRET:80/",
        ] {
            for password in [
                "TOPSECRET",
                "a/TOPSECRET",
                "a#TOPSECRET",
                "a?TOPSECRET",
                "a@TOPSECRET",
                "a\\TOPSECRET",
            ] {
                urls.push(format!("{scheme}{user}{password}@127.0.0.1:9"));
            }
        }
    }
    urls
}

#[track_caller]
fn is_not_repeated(run: Rc, what: &str) {
    let outcome = run.runs();
    let said = format!("{}{}{}", outcome.stdout, outcome.stderr, outcome.questions);
    assert!(!said.to_uppercase().contains("SECRET"), "{what}: {said}");
    assert_ne!(outcome.code, 0, "{what}: {said}");
}

#[test]
fn a_url_with_a_password_is_repeated_nowhere() {
    let store = Store::new();
    let trace = store.path().join("trace.har").display().to_string();
    let words = |line: &str, url: &str| {
        let words = line.split(' ').map(|word| word.replace("URL", url));
        rc_of(words.collect::<Vec<_>>()).holding(&store)
    };
    for url in urls() {
        for line in [
            "store get --base-url URL",
            "store get --base-url=URL -vv",
            "store get --base-url URL -o json",
            "customers create --email a --base-url URL --dry-run",
            "customers create --email a --base-url URL --dry-run=curl",
            "doctor --base-url URL",
            "auth login --with-token --base-url URL",
            "profile set x --base-url URL",
            "profile set x --base-url URL --dry-run",
            "sandbox state --base-url URL",
            "store get --base-ulr URL",
            "store get --base-ulr=URL",
            "URL store get",
            "store URL",
            "store get URL",
            "store get --limit URL",
            "api GET URL",
        ] {
            is_not_repeated(words(line, &url), &line.replace("URL", &url));
        }
        let traced = words(&format!("store get --base-url URL --trace {trace}"), &url);
        is_not_repeated(traced, &url);
        assert!(!std::path::Path::new(&trace).exists());
        for line in [
            "store get -vv",
            "doctor",
            "auth status",
            "auth login --with-token",
        ] {
            let run = rc(line).holding(&store).env("RECHARGE_BASE_URL", &url);
            is_not_repeated(run.env("RECHARGE_ACCESS_TOKEN", "sk_sandbox_all"), &url);
        }
    }
}

#[test]
fn a_proxy_with_a_password_is_repeated_nowhere() {
    for url in urls() {
        for variable in ["HTTPS_PROXY", "all_proxy"] {
            for line in ["store get -vv", "doctor -o json"] {
                let run = rc(line).against("https://store.example.test");
                is_not_repeated(run.env(variable, &url), &url);
            }
        }
    }
}

#[test]
fn a_url_with_a_password_in_the_settings_is_not_repeated() {
    for url in urls().iter().filter(|url| !url.contains('\\')) {
        let store = Store::new();
        let folder = store.path().join("config");
        std::fs::create_dir_all(&folder).unwrap();
        let text = format!("[profiles.default]\nbase_url = \"{url}\"\n");
        std::fs::write(folder.join("config.toml"), text).unwrap();
        for line in [
            "store get",
            "profile show",
            "profile set default --protected",
            "doctor",
        ] {
            is_not_repeated(rc(line).holding(&store), url);
        }
    }
}

#[test]
fn a_name_below_localhost_is_this_machine_whatever_the_system_says() {
    let server = Listening::plain(ok("{\"store\":{\"id\":1,\"name\":\"Here\"}}"));
    let port = server.address.port();
    for host in ["shop.localhost", "LOCALHOST", "a.b.localhost", "localhost."] {
        let url = format!("http://{host}:{port}");
        rc("store get --jq .name -r")
            .against(&url)
            .succeeds()
            .prints("Here\n");
        // No proxy is asked on the way there.
        rc("store get --jq .name -r")
            .against(&url)
            .env("ALL_PROXY", "http://127.0.0.1:9")
            .succeeds();
    }
    let outcome = rc("doctor").against(&format!("http://shop.localhost:{port}"));
    outcome
        .runs()
        .prints_in("shop.localhost is 127.0.0.1, ::1")
        .prints_in(&format!("127.0.0.1:{port}"));
    for host in [
        "localhost.example.com",
        "0.0.0.0",
        "[::]",
        "[::ffff:10.9.9.9]",
    ] {
        rc("store get")
            .against(&format!("http://{host}:{port}"))
            .fails(2)
            .says("unencrypted");
    }
}

#[test]
fn a_proxy_below_localhost_is_this_machine_whatever_the_system_says() {
    let identity = crate::secure::Identity::signed();
    let server = Listening::secure(&identity, ok("{\"store\":{\"id\":1,\"name\":\"Far\"}}"));
    for (scheme, proxy) in [
        ("http", Listening::proxy(server.address)),
        ("socks5h", Listening::socks(server.address)),
    ] {
        let url = format!("{scheme}://proxy.localhost:{}", proxy.address.port());
        rc("store get --jq .name -r")
            .against("https://store.example.test")
            .env("HTTPS_PROXY", &url)
            .with(&format!("--ca-file {}", identity.file()))
            .succeeds()
            .prints("Far\n");
        assert_eq!(proxy.heads().len(), 1);
    }
}
