//! Settings and logins that several commands change at once: nothing that one
//! of them wrote is lost, and none acts on what no longer holds.

use std::path::PathBuf;

use crate::harness::{Ring, Store, rc};
use crate::login::{ALL, Desk};
use crate::served::{self, Served};

fn settings(store: &Store) -> PathBuf {
    store.path().join("config").join("config.toml")
}

fn text(store: &Store) -> String {
    std::fs::read_to_string(settings(store)).unwrap()
}

#[test]
fn a_removal_keeps_what_another_terminal_sets_while_it_asks() {
    let store = Store::new();
    rc("profile set prod").holding(&store).succeeds();
    rc("profile set old").holding(&store).succeeds();
    rc("profile remove old")
        .holding(&store)
        .on_terminal(80)
        .answering(&["y"])
        .while_asked(&store, "profile set prod --protected")
        .succeeds();
    assert_eq!(text(&store), "[profiles.prod]\nprotected = true\n");
}

#[test]
fn a_removal_is_refused_when_its_profile_changed_while_it_asked() {
    for change in [
        "profile set old --protected",
        "profile set old --base-url https://old.example.com",
        "profile remove old --yes",
    ] {
        let store = Store::new();
        rc("profile set old").holding(&store).succeeds();
        rc("profile remove old")
            .holding(&store)
            .on_terminal(80)
            .answering(&["y"])
            .while_asked(&store, change)
            .fails(7)
            .shows("meanwhile-a_removal_is_refused_when_its_profile_changed_while_it_asked");
    }
}

#[test]
fn a_login_keeps_what_another_terminal_sets_while_it_asks() {
    let desk = Desk::with(Ring::open());
    rc("profile set prod").holding(&desk.store).succeeds();
    desk.rc("auth login --profile third")
        .on_terminal(80)
        .typing(ALL)
        .while_asked(&desk.store, "profile set prod --protected")
        .succeeds();
    let text = text(&desk.store);
    assert!(text.contains("[profiles.prod]\nprotected = true"), "{text}");
    assert!(text.contains("[profiles.third]"), "{text}");
}

#[test]
fn a_login_is_refused_when_its_profile_changed_while_it_asked() {
    for change in [
        "profile set a --base-url https://elsewhere.example.com",
        "profile set a --credential-command 'op read x'",
        "profile remove a --yes",
    ] {
        let desk = Desk::with(Ring::open());
        rc("profile set a").holding(&desk.store).succeeds();
        desk.rc("auth login --profile a")
            .on_terminal(80)
            .typing(ALL)
            .while_asked(&desk.store, change)
            .fails(7)
            .shows("meanwhile-a_login_is_refused_when_its_profile_changed_while_it_asked");
        assert!(desk.store.keyring().accounts().is_empty());
    }
}

#[test]
fn a_login_replaces_no_token_that_it_did_not_ask_about() {
    let desk = Desk::with(Ring::absent());
    // The question is whether a file may keep the token; meanwhile another
    // login puts one there.
    let login = format!(
        "auth login --with-token --keep file --base-url {}",
        desk.served.url
    );
    desk.rc("auth login")
        .on_terminal(80)
        .typing(ALL)
        .answering(&["y"])
        .while_asked(&desk.store, &login)
        .fails(7)
        .shows("meanwhile-a_login_replaces_no_token_that_it_did_not_ask_about");
}

/// Runs a command for each name in four processes at a time.
fn at_once(names: &[String], command: impl Fn(&str) -> std::process::Command + Sync) {
    std::thread::scope(|scope| {
        for names in names.chunks(names.len().div_ceil(4)) {
            let command = &command;
            scope.spawn(move || {
                for name in names {
                    let output = command(name).output().unwrap();
                    assert!(output.status.success(), "{name}: {output:?}");
                }
            });
        }
    });
}

#[test]
fn profiles_that_four_processes_make_at_once_are_all_kept() {
    let store = Store::new();
    let names: Vec<String> = (0..32).map(|number| format!("p{number}")).collect();
    at_once(&names, |name| {
        let mut command = served::rc(&["profile", "set", name, "--protected"]);
        command
            .env("RECHARGE_CONFIG_DIR", store.path().join("config"))
            .env("RECHARGE_STATE_DIR", store.path());
        command
    });
    let text = text(&store);
    for name in &names {
        let table = format!("[profiles.{name}]\nprotected = true\n");
        assert!(text.contains(&table), "{name} is lost:\n{text}");
    }
}

#[test]
fn logins_of_four_processes_at_once_are_all_kept() {
    let store = Store::new();
    let served = Served::start();
    let token = store.path().join("token.txt");
    std::fs::write(&token, ALL).unwrap();
    // Two requests each: as many as the rate limit lets pass at once.
    let names: Vec<String> = (0..16).map(|number| format!("p{number}")).collect();
    at_once(&names, |name| {
        let words = [
            "auth",
            "login",
            "--with-token",
            "--keep",
            "file",
            "--profile",
            name,
        ];
        let mut command = served::rc(&words);
        command
            .env("RECHARGE_CONFIG_DIR", store.path().join("config"))
            .env("RECHARGE_STATE_DIR", store.path())
            .env("RECHARGE_BASE_URL", &served.url)
            .stdin(std::fs::File::open(&token).unwrap());
        command
    });
    let listed = rc("profile list -o ndjson").holding(&store).succeeds();
    let records = listed.records();
    for name in &names {
        let record = records.iter().find(|record| record["name"] == **name);
        let record = record.unwrap_or_else(|| panic!("{name} is lost"));
        assert_eq!(record["token"], "file", "{record}");
        assert_eq!(record["store"], "The Sandbox Store", "{record}");
    }
    let tokens = std::fs::read_dir(store.path().join("tokens")).unwrap();
    assert_eq!(tokens.count(), names.len());
}

#[cfg(unix)]
#[test]
fn settings_behind_links_are_written_and_the_links_stay() {
    let dotfiles = tempfile::tempdir().unwrap();
    for there in [true, false] {
        let store = Store::new();
        let target = dotfiles.path().join(format!("{there}/recharge.toml"));
        if there {
            std::fs::create_dir(target.parent().unwrap()).unwrap();
            std::fs::write(&target, "# mine\n").unwrap();
        }
        let between = dotfiles.path().join(format!("{there}.toml"));
        std::os::unix::fs::symlink(&target, &between).unwrap();
        std::fs::create_dir(store.path().join("config")).unwrap();
        std::os::unix::fs::symlink(&between, settings(&store)).unwrap();
        rc("profile set a --protected").holding(&store).succeeds();
        rc("profile set b").holding(&store).succeeds();
        assert!(settings(&store).is_symlink() && between.is_symlink());
        let text = std::fs::read_to_string(&target).unwrap();
        assert!(text.contains("[profiles.a]\nprotected = true\n"), "{text}");
        assert!(text.contains("[profiles.b]"), "{text}");
        assert_eq!(text.contains("# mine"), there);
    }
}
