//! Where client secrets are kept, and that they are shown once at most.

use crate::harness::{Ring, Store, rc};
use crate::webhooks::Program;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

#[test]
fn secret_is_kept_in_the_keyring_and_never_shown() {
    let store = Store::with_keyring(Ring::open());
    let set = || {
        rc("webhooks secret set --with-secret")
            .stdin(&format!("{SECRET}\n"))
            .showing(100)
            .holding(&store)
            .succeeds()
    };
    set()
        .prints_nothing()
        .says("is saved in the keyring")
        .does_not_say(SECRET);
    let accounts = store.keyring().accounts();
    assert_eq!(accounts, ["client.secret+default@api.rechargeapps.com"]);
    let body = "{}";
    let digest = recharge_listener::signature::legacy(SECRET, body);
    let checked = || {
        rc(&format!(
            "webhooks verify --body - -H 'X-Recharge-Hmac-Sha256: {digest}'"
        ))
        .stdin(body)
        .holding(&store)
    };
    checked().succeeds().does_not_say(SECRET);
    // The environment comes first.
    checked().env("RECHARGE_CLIENT_SECRET", "another").fails(8);
    // Another profile has none.
    checked()
        .with("--profile default")
        .env("RECHARGE_CLIENT_SECRET", "another")
        .succeeds();
}

#[test]
fn secret_is_kept_in_a_private_file_where_there_is_no_keyring() {
    let store = Store::new();
    let outcome = rc("webhooks secret set")
        .typing(SECRET)
        .on_terminal(100)
        .holding(&store)
        .succeeds();
    let outcome = outcome.says("in a file that only you can read");
    assert!(!outcome.screen.contains(SECRET), "{}", outcome.screen);
    let folder = store.path().join("tokens");
    let entry = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap();
    assert_eq!(
        std::fs::read_to_string(entry.path()).unwrap().trim(),
        SECRET
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn text_that_is_no_secret_is_refused_and_not_repeated() {
    let store = Store::new();
    for wrong in ["", "two words", "a\nb"] {
        rc("webhooks secret set --with-secret")
            .stdin(wrong)
            .holding(&store)
            .fails(2);
    }
    rc("webhooks secret set --with-secret")
        .stdin("sk_1x1_the_token")
        .env("RECHARGE_ACCESS_TOKEN", "sk_1x1_the_token")
        .holding(&store)
        .fails(2)
        .shows("webhooks_secret-text_that_is_no_secret_is_refused_and_not_repeated")
        .does_not_say("sk_1x1");
    rc("webhooks secret set")
        .holding(&store)
        .fails(2)
        .shows("webhooks_secret-text_that_is_no_secret_is_refused_and_not_repeated-2");
}

#[test]
fn secret_that_is_made_is_shown_once_and_kept() {
    let served = crate::served::Served::start();
    let store = Store::with_keyring(Ring::open());
    let program = Program::answering(200);
    let trigger = || {
        rc(&format!(
            "webhooks trigger customer/created --latest --forward-to {}",
            program.url
        ))
        .against(&served.url)
        .holding(&store)
        .with_wide_messages()
        .succeeds()
    };
    let first = trigger();
    let made = first
        .stderr
        .lines()
        .find_map(|line| line.split("not shown again: ").nth(1));
    let made = made.unwrap().trim().to_owned();
    assert_eq!(made.len(), 64);
    assert!(!first.stdout.contains(&made));
    trigger().does_not_say(&made).does_not_say("client secret");
    for message in program.arrived() {
        let wanted = recharge_listener::signature::legacy(&made, &message.body);
        assert_eq!(
            message.header("X-Recharge-Hmac-Sha256"),
            Some(wanted.as_str())
        );
    }
}
