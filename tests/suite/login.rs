//! Logging in and out: where a token is kept, where it comes from, who wins,
//! and that it is seen nowhere else.

use std::path::PathBuf;

use recharge_cli::config::token_storage::KeyringFailure;
use serde_json::json;

use crate::harness::{Rc, Ring, Store, rc};
use crate::served::Served;

pub const ALL: &str = "sk_sandbox_all";

/// A served sandbox, and a user who works on it.
pub struct Desk {
    pub served: Served,
    pub store: Store,
}

impl Desk {
    pub fn with(keyring: Ring) -> Self {
        Self {
            served: Served::start(),
            store: Store::with_keyring(keyring),
        }
    }

    /// `rc` as this user, with the address in the environment and no token.
    pub fn rc(&self, line: &str) -> Rc {
        rc(line)
            .holding(&self.store)
            .env("RECHARGE_BASE_URL", &self.served.url)
    }

    pub fn logged_in(keyring: Ring) -> Self {
        let desk = Self::with(keyring);
        desk.rc("auth login --with-token").stdin(ALL).succeeds();
        desk
    }

    /// A token with these scopes only.
    pub fn token(&self, flags: &str) -> String {
        let line = format!("sandbox token {flags} --jq .token -r");
        let made = self.rc(&line).succeeds().stdout;
        made.trim().to_owned()
    }

    fn host(&self) -> &str {
        self.served.url.trim_start_matches("http://")
    }

    fn token_file(&self) -> PathBuf {
        let name = format!("default@{}", self.host().replace(':', "%3A"));
        self.store.path().join("tokens").join(name)
    }
}

fn locked() -> KeyringFailure {
    KeyringFailure::Failed("the keyring is locked".to_owned())
}

#[test]
fn a_token_that_is_typed_is_checked_and_kept_in_the_keyring() {
    let desk = Desk::with(Ring::open());
    desk.rc("auth login")
        .on_terminal(80)
        .typing(ALL)
        .succeeds()
        .prints_nothing()
        .says(
            "logged in to The Sandbox Store as profile default; the token is saved in the keyring",
        )
        .says("its scopes: ")
        .says("write_orders");
    let account = format!("default@{}", desk.host());
    assert_eq!(desk.store.keyring().accounts(), [account]);
    assert!(!desk.store.path().join("tokens").exists());
    desk.rc("store get --jq .name -r")
        .succeeds()
        .prints("The Sandbox Store\n");
}

#[test]
fn where_there_is_no_keyring_a_private_file_keeps_the_token_and_that_is_said() {
    let desk = Desk::with(Ring::absent());
    desk.rc("auth login --with-token")
        .stdin("sk_sandbox_all\n")
        .succeeds()
        .says("there is no keyring on this machine")
        .says("which only you can read");
    let file = desk.token_file();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "sk_sandbox_all\n");
    desk.rc("store get").succeeds();
    desk.rc("auth status --jq .token.source -r")
        .succeeds()
        .prints("file\n");
}

#[test]
fn somebody_who_sits_there_is_asked_before_a_file_keeps_the_token() {
    let desk = Desk::with(Ring::absent());
    let login = || desk.rc("auth login").on_terminal(80).typing(ALL);
    login()
        .answering(&["n"])
        .fails(130)
        .says("cancelled; nothing was sent");
    assert!(!desk.token_file().exists());
    login().answering(&["y"]).succeeds();
    assert!(desk.token_file().exists());
}

#[test]
fn a_keyring_that_is_locked_is_told_and_nothing_is_put_elsewhere() {
    let desk = Desk::with(Ring::open());
    desk.store.keyring().fails_with(Some(locked()));
    desk.rc("auth login --with-token")
        .stdin(ALL)
        .fails(3)
        .shows("login-a_keyring_that_is_locked_is_told_and_nothing_is_put_elsewhere");
    assert!(!desk.store.path().join("tokens").exists());
    desk.rc("auth login --with-token --keep file")
        .stdin(ALL)
        .succeeds();
    desk.rc("store get").succeeds();
}

#[test]
fn a_token_that_moves_to_a_file_stays_nowhere_else() {
    let desk = Desk::logged_in(Ring::open());
    desk.rc("auth login --with-token --keep file")
        .stdin(ALL)
        .succeeds();
    assert!(desk.store.keyring().accounts().is_empty());
    desk.rc("auth login --with-token").stdin(ALL).succeeds();
    assert!(!desk.token_file().exists());
}

#[test]
fn a_token_that_is_known_to_be_in_a_locked_keyring_is_not_looked_for_elsewhere() {
    let desk = Desk::logged_in(Ring::open());
    desk.store.keyring().fails_with(Some(locked()));
    desk.rc("store get")
        .fails(3)
        .shows("login-a_token_that_is_known_to_be_in_a_locked_keyring_is_not_looked_for_elsewhere");
    desk.rc("auth logout").fails(3).shows(
        "login-a_token_that_is_known_to_be_in_a_locked_keyring_is_not_looked_for_elsewhere-2",
    );
    desk.store.keyring().fails_with(None);
    desk.rc("store get").succeeds();
}

#[test]
fn a_token_that_the_api_refuses_is_not_kept() {
    let desk = Desk::with(Ring::open());
    desk.rc("auth login --with-token")
        .stdin("sk_wrong_but_long_enough")
        .fails(3)
        .shows("login-a_token_that_the_api_refuses_is_not_kept");
    assert!(desk.store.keyring().accounts().is_empty());
    for (text, why) in [
        ("", "it is empty"),
        ("sk 1", "unusual characters"),
        ("sk_wrong", "8 characters are too few"),
        ("sk_15_characte\n", "14 characters are too few"),
    ] {
        let outcome = desk
            .rc("auth login --with-token")
            .stdin(text)
            .fails(3)
            .says(why);
        assert!(text.len() < 5 || !outcome.stderr.contains(text.trim()));
    }
    desk.rc("auth login")
        .on_terminal(80)
        .typing("sk_short")
        .fails(3)
        .says("the typed text is not a token: 8 characters are too few");
    assert!(desk.store.keyring().accounts().is_empty());
    desk.rc("auth login").fails(2).says("--with-token");
    desk.rc("auth login --with-token")
        .on_terminal(80)
        .fails(2)
        .says("the token would show");
}

#[test]
fn a_token_of_another_store_replaces_none_without_a_yes() {
    let desk = Desk::logged_in(Ring::open());
    let notes = desk.store.path().join("logins.json");
    let text = std::fs::read_to_string(&notes).unwrap();
    std::fs::write(&notes, text.replace("The Sandbox Store", "Garden")).unwrap();
    let login = |flags: &str| {
        desk.rc(&format!("auth login --with-token {flags}"))
            .stdin(ALL)
    };
    login("")
        .fails(2)
        .shows("login-a_token_of_another_store_replaces_none_without_a_yes");
    login("--yes").succeeds();
    login("").succeeds();
}

#[test]
fn logging_out_removes_the_token_wherever_it_is() {
    for keyring in [Ring::open(), Ring::absent()] {
        let desk = Desk::logged_in(keyring);
        desk.rc("auth logout --dry-run").succeeds().prints(&format!(
            "remove the token of profile default for {}\n",
            desk.served.url
        ));
        desk.rc("store get").succeeds();
        desk.rc("auth logout").succeeds();
        assert!(desk.store.keyring().accounts().is_empty());
        assert!(!desk.token_file().exists());
        desk.rc("store get").fails(3).says("rc auth login");
        desk.rc("auth logout")
            .succeeds()
            .says("no token is saved for profile default");
    }
}

#[test]
fn the_status_tells_the_store_the_scopes_and_why_it_is_this_token() {
    let desk = Desk::logged_in(Ring::open());
    let fast = desk.token("--scopes read_orders,read_customers --multiplier 2x1 --name few");
    let status = desk
        .rc("auth status -o json")
        .env("RECHARGE_ACCESS_TOKEN", &fast)
        .succeeds()
        .json();
    assert_eq!(status["token"]["name"], "few");
    assert_eq!(status["token"]["source"], "RECHARGE_ACCESS_TOKEN");
    assert_eq!(status["token"]["rate_multiplier"], "2x1");
    assert_eq!(status["scopes"], json!(["read_customers", "read_orders"]));
    let keyring = "not asked, as RECHARGE_ACCESS_TOKEN comes first";
    assert_eq!(status["sources"]["keyring"], keyring);
    let status = desk.rc("auth status -o json").succeeds().json();
    assert_eq!(status["store"], "The Sandbox Store");
    assert_eq!(status["token"]["source"], "keyring");
    assert_eq!(status["token"]["rate_multiplier"], "1x1");
    assert_eq!(status["sources"]["RECHARGE_ACCESS_TOKEN"], "not set");
    rc("auth status")
        .holding(&Store::new())
        .fails(3)
        .shows("login-the_status_tells_the_store_the_scopes_and_why_it_is_this_token");
    rc("--sandbox auth status --jq .token.source -r")
        .holding(&Store::new())
        .succeeds()
        .prints("sandbox\n");
}

#[test]
fn the_token_is_printed_for_scripts_and_nothing_else_is() {
    let desk = Desk::logged_in(Ring::open());
    desk.rc("auth token")
        .succeeds()
        .prints("sk_sandbox_all\n")
        .says_nothing();
    desk.rc("auth token")
        .on_terminal(80)
        .succeeds()
        .says("anyone who has it");
    rc("auth token").fails(3).prints_nothing();
}

#[test]
fn a_profile_that_a_flag_names_comes_before_a_token_in_the_environment() {
    let desk = Desk::logged_in(Ring::open());
    desk.rc("auth login --profile other --with-token")
        .stdin(ALL)
        .succeeds();
    let wrong = |line: &str| desk.rc(line).env("RECHARGE_ACCESS_TOKEN", "sk_wrong");
    wrong("store get").fails(3);
    wrong("store get --profile other").succeeds();
    wrong("auth status --profile other --jq .sources.RECHARGE_ACCESS_TOKEN -r")
        .succeeds()
        .prints("set, but --profile comes first\n");
    wrong("auth login --with-token")
        .stdin(ALL)
        .succeeds()
        .says("RECHARGE_ACCESS_TOKEN is set and comes first");
}

#[test]
fn a_kept_token_goes_to_no_other_address() {
    let desk = Desk::logged_in(Ring::open());
    let other = Served::start();
    desk.rc("store get")
        .env("RECHARGE_BASE_URL", &other.url)
        .fails(3)
        .says(&format!("no API token at {}", other.url));
    desk.rc("store get --base-url https://elsewhere.example.com")
        .fails(3)
        .shows("login-a_kept_token_goes_to_no_other_address");
}

#[test]
fn a_login_makes_the_profile_that_it_names() {
    let desk = Desk::with(Ring::open());
    desk.rc("auth login --profile garden --with-token")
        .stdin(ALL)
        .succeeds();
    // It knows its address, and is in use as the first one.
    rc("store get --jq .name -r")
        .holding(&desk.store)
        .succeeds()
        .prints("The Sandbox Store\n");
    let listed = rc("profile list -o ndjson").holding(&desk.store).succeeds();
    let garden = &listed.records()[0];
    assert_eq!(garden["name"], "garden");
    assert_eq!(garden["in_use"], true);
    assert_eq!(garden["store"], "The Sandbox Store");
    assert_eq!(garden["token"], "keyring");
    rc("profile remove garden --yes")
        .holding(&desk.store)
        .succeeds();
    assert!(desk.store.keyring().accounts().is_empty());
}

#[test]
fn a_second_login_changes_nothing_about_the_profile_in_use() {
    let desk = Desk::logged_in(Ring::open());
    desk.rc("auth login --profile garden --with-token")
        .stdin(ALL)
        .showing(80)
        .succeeds()
        .says("commands use profile default; change that with: rc profile use garden");
    desk.rc("auth status --jq .profile -r")
        .succeeds()
        .prints("default\n");
}

#[test]
fn a_rehearsed_login_takes_no_token_and_keeps_nothing() {
    let desk = Desk::with(Ring::open());
    let outcome = desk.rc("auth login --profile garden --dry-run").succeeds();
    for said in [
        "GET",
        "/token_information",
        "create profile garden",
        "in the keyring",
    ] {
        assert!(outcome.stdout.contains(said), "{outcome:?}");
    }
    assert!(!desk.store.path().join("config").exists());
    for line in ["auth status --dry-run", "auth token --dry-run"] {
        desk.rc(line).fails(2).says("changes nothing");
    }
    desk.rc("auth logout --dry-run=curl").fails(2);
    rc("--sandbox auth login")
        .fails(2)
        .shows("login-a_rehearsed_login_takes_no_token_and_keeps_nothing");
    rc("--sandbox auth logout")
        .fails(2)
        .shows("login-a_rehearsed_login_takes_no_token_and_keeps_nothing-2");
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::logged_in(Ring::absent());
    let rights = PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(desk.token_file(), rights).unwrap();
    desk.rc("store get")
        .fails(3)
        .says("other users can read the token in")
        .says("chmod 600")
        .says("make a new token");
    desk.rc("auth status")
        .fails(3)
        .says("file: other users can read");
}

#[test]
fn a_folder_that_cannot_be_written_keeps_no_token_and_that_is_said() {
    let desk = Desk::with(Ring::absent());
    // A file is where the folder should be, as rights stop no root.
    std::fs::write(desk.store.path().join("tokens"), "").unwrap();
    desk.rc("auth login --with-token")
        .stdin(ALL)
        .fails(2)
        .says("cannot write")
        .says("RECHARGE_STATE_DIR");
    desk.rc("store get").fails(3).says("no API token");
}

#[test]
fn without_a_home_folder_the_token_needs_a_keyring_or_a_folder() {
    let desk = Desk::with(Ring::absent());
    desk.rc("auth login --with-token")
        .stdin(ALL)
        .homeless()
        .fails(2)
        .shows("login-without_a_home_folder_the_token_needs_a_keyring_or_a_folder");
    desk.rc("store get")
        .env("RECHARGE_ACCESS_TOKEN", ALL)
        .homeless()
        .succeeds();
    rc("profile set a --protected")
        .homeless()
        .fails(2)
        .shows("login-without_a_home_folder_the_token_needs_a_keyring_or_a_folder-2");
}
