//! A token is used for its own profile and address only, and what version 0.1.0
//! kept is still found: token files, keyring entries, logins and settings,
//! written here as that version wrote them.

use std::path::Path;

use recharge_cli::config::token_storage::Keyring;
use serde_json::json;

use crate::answering::Answering;
use crate::harness::{Ring, Store, rc};

const TOKEN: &str = "sk_test_0123456789abcdef";

/// The first sixteen digits of the SHA-256 of the token, which `logins.json`
/// knows it by.
const FINGERPRINT: &str = "6f752b7237c6e81c";

/// An API that answers this token only, and notes what it is asked.
fn api() -> Answering {
    Answering::with(|asked| {
        if asked.header("X-Recharge-Access-Token") != Some(TOKEN) {
            return (401, json!({"error": "bad authentication"}).to_string());
        }
        let body = match asked.line.as_str() {
            "GET /store" => {
                json!({"store": {"id": 7, "name": "Garden", "identifier": "g.example"}})
            }
            "GET /token_information" => json!({"token_information": {"scopes": ["read_orders"]}}),
            _ => json!({"orders": [{"id": 1}], "discount": {"id": 1}}),
        };
        (200, body.to_string())
    })
}

/// The account that 0.1.0 kept a token under.
fn account(profile: &str, url: &str) -> String {
    format!("{profile}@{}", url.split_once("://").unwrap().1)
}

fn write_private(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

/// The state and the settings that 0.1.0 left after `rc auth login --profile
/// Prod`: its file names escape all but letters, digits and `-_.@`, and keep
/// capitals.
fn kept_by_0_1_0(url: &str, kept: &str) -> Store {
    let store = Store::with_keyring(match kept {
        "keyring" => Ring::open(),
        _ => Ring::absent(),
    });
    if kept == "keyring" {
        let keyring = store.keyring();
        assert!(keyring.set(&account("Prod", url), &TOKEN.into()).is_ok());
    } else {
        let name = account("Prod", url).replace(':', "%3A");
        let token = store.path().join("tokens").join(name);
        write_private(&token, &format!("{TOKEN}\n"));
    }
    let login = json!([{
        "profile": "Prod",
        "base_url": url,
        "kept": kept,
        "fingerprint": FINGERPRINT,
        "store": "Garden",
        "scopes": ["read_orders"],
        "checked_at": "2026-11-20T12:00:00Z",
    }]);
    let text = format!("{}\n", serde_json::to_string_pretty(&login).unwrap());
    write_private(&store.path().join("logins.json"), &text);
    let settings = format!("profile = \"Prod\"\n\n[profiles.Prod]\nbase_url = \"{url}\"\n");
    write_private(&store.path().join("config/config.toml"), &settings);
    store
}

#[test]
fn login_of_0_1_0_is_found_when_its_profile_is_in_use() {
    for kept in ["file", "keyring"] {
        let api = api();
        let store = kept_by_0_1_0(&api.url, kept);
        rc("orders list -o ndjson")
            .holding(&store)
            .succeeds()
            .prints("{\"id\":1}\n");
        let profile = "profile list --jq '[.name, .in_use, .token, .store]' -o ndjson";
        rc(profile)
            .holding(&store)
            .succeeds()
            .prints_in(&format!("[\"Prod\",true,\"{kept}\",\"Garden\"]"));
        // The scopes of the login are known: a write is refused before it is sent.
        rc("discounts create --code A --value 1 --value-type percentage")
            .holding(&store)
            .fails(3)
            .says("the token lacks the scope write_discounts");
        assert!(api.asked(&["POST"]).is_empty());
    }
}

#[test]
fn token_of_0_1_0_is_replaced_and_removed_when_asked() {
    let api = api();
    let store = kept_by_0_1_0(&api.url, "file");
    rc("auth login --with-token --keep file")
        .holding(&store)
        .stdin(TOKEN)
        .succeeds();
    let files = || {
        std::fs::read_dir(store.path().join("tokens"))
            .unwrap()
            .count()
    };
    assert_eq!(files(), 1);
    rc("orders list").holding(&store).succeeds();
    rc("auth logout").holding(&store).succeeds();
    assert_eq!(files(), 0);
    rc("orders list").holding(&store).fails(3);
}

#[test]
fn kept_token_is_not_sent_when_the_address_is_another() {
    for kept in ["file", "keyring"] {
        let (own, other) = (api(), api());
        let store = kept_by_0_1_0(&own.url, kept);
        let missing = format!("no API token for profile Prod at {}", other.url);
        for command in [
            "orders list",
            "store get",
            "api GET /x",
            "stats orders --by status",
        ] {
            rc(&format!("{command} --base-url {}", other.url))
                .holding(&store)
                .fails(3)
                .says(&missing);
            rc(command)
                .env("RECHARGE_BASE_URL", &other.url)
                .holding(&store)
                .fails(3)
                .says(&missing);
        }
        rc(&format!("profile set Prod --base-url {}", other.url))
            .holding(&store)
            .succeeds();
        rc("orders list").holding(&store).fails(3).says(&missing);
        assert!(other.asked(&["GET", "POST"]).is_empty());
        assert!(own.asked(&["GET", "POST"]).is_empty());
    }
}

#[test]
fn kept_token_is_not_sent_when_the_profile_is_another() {
    for kept in ["file", "keyring"] {
        let api = api();
        let store = kept_by_0_1_0(&api.url, kept);
        for profile in ["prod", "PROD", "Prod2"] {
            let set = format!("profile set {profile} --base-url {}", api.url);
            rc(&set).holding(&store).succeeds();
            rc(&format!("orders list --profile {profile}"))
                .holding(&store)
                .fails(3)
                .says(&format!("no API token for profile {profile} at"));
        }
        assert!(api.asked(&["GET", "POST"]).is_empty());
        rc("orders list --profile Prod").holding(&store).succeeds();
    }
}
