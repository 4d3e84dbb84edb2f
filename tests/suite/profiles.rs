//! Profiles: settings for many stores, what they do to commands, and what is
//! wrong with a file of settings.

use std::path::PathBuf;

use crate::harness::{Rc, Store, rc};
use crate::served::Served;

pub(crate) fn settings(store: &Store) -> PathBuf {
    store.path().join("config").join("config.toml")
}

fn written(text: &str) -> Store {
    let store = Store::new();
    std::fs::create_dir(store.path().join("config")).unwrap();
    std::fs::write(settings(&store), text).unwrap();
    store
}

#[test]
fn profiles_are_made_used_shown_and_removed() {
    let store = Store::new();
    let run = |line: &str| rc(line).holding(&store);
    run("profile set garden --base-url https://garden.example.com --protected").succeeds();
    run("profile set coffee --api-version 2021-01").succeeds();
    run("profile use garden").succeeds();
    run("profile list --jq '[.name, .in_use, .protected]'")
        .succeeds()
        .prints("[\"garden\",true,true]\n[\"coffee\",false,false]\n");
    run("customers list --dry-run")
        .succeeds()
        .prints_in("GET https://garden.example.com/customers");
    run("customers list --dry-run --profile coffee")
        .succeeds()
        .prints_in("X-Recharge-Version: 2021-01");
    run("profile show --jq .name -r")
        .succeeds()
        .prints("garden\n");
    run("profile set garden --unset protected,base_url").succeeds();
    run("profile show garden --jq '[.protected, .base_url]'")
        .succeeds()
        .prints("[false,null]\n");
    run("profile remove garden")
        .fails(2)
        .shows("profiles-profiles_are_made_used_shown_and_removed");
    run("profile remove garden --yes").succeeds();
    run("profile list --jq .name -r")
        .succeeds()
        .prints("default\ncoffee\n");
    run("profile remove garden --yes")
        .fails(2)
        .shows("profiles-profiles_are_made_used_shown_and_removed-2");
}

#[test]
fn the_environment_names_a_profile_and_a_flag_another() {
    let store = written(
        "[profiles.a]\nbase_url = \"https://a.example.com\"\n\
         [profiles.b]\nbase_url = \"https://b.example.com\"\n",
    );
    let run = |line: &str| {
        let run = rc(line).holding(&store);
        run.env("RECHARGE_PROFILE", "a").succeeds().stdout
    };
    assert!(run("store get --dry-run").contains("https://a.example.com/"));
    assert!(run("store get --dry-run --profile b").contains("https://b.example.com/"));
    assert!(
        run("store get --dry-run --profile b --base-url https://c.example.com")
            .contains("https://c.example.com/")
    );
    rc("profile use b")
        .holding(&store)
        .env("RECHARGE_PROFILE", "a")
        .succeeds()
        .says("RECHARGE_PROFILE is set to a and comes first");
}

#[test]
fn an_edit_keeps_what_a_person_wrote() {
    let store =
        written("# my stores\n\n[profiles.a] # the first\napi_version = \"2021-01\" # old\n");
    rc("profile set a --api-version 2021-11 --protected")
        .holding(&store)
        .succeeds();
    assert_eq!(
        std::fs::read_to_string(settings(&store)).unwrap(),
        "# my stores\n\n[profiles.a] # the first\napi_version = \"2021-11\" # old\nprotected = true\n"
    );
}

#[test]
fn a_rehearsed_edit_prints_the_file_and_writes_nothing() {
    let store = written("# mine\n");
    let run = |line: &str| rc(line).holding(&store);
    run("profile set a --protected --dry-run")
        .succeeds()
        .says("config.toml would be:")
        .prints_in("[profiles.a]\nprotected = true\n");
    run("profile use default --dry-run")
        .succeeds()
        .prints_in("profile = \"default\"");
    assert_eq!(
        std::fs::read_to_string(settings(&store)).unwrap(),
        "# mine\n"
    );
    run("profile list --dry-run")
        .fails(2)
        .shows("profiles-a_rehearsed_edit_prints_the_file_and_writes_nothing");
    run("profile set a --protected --dry-run=curl").fails(2);
    run("--sandbox profile list")
        .fails(2)
        .shows("profiles-a_rehearsed_edit_prints_the_file_and_writes_nothing-2");
}

#[test]
fn every_write_to_a_protected_store_asks() {
    let served = Served::start();
    let store = written(&format!(
        "[profiles.a]\nprotected = true\nbase_url = \"{}\"\n",
        served.url
    ));
    let run = |line: &str| -> Rc {
        rc(line)
            .holding(&store)
            .env("RECHARGE_PROFILE", "a")
            .env("RECHARGE_ACCESS_TOKEN", "sk_sandbox_all")
    };
    let create = "customers create --email a@example.com --first-name A --last-name B";
    run(create)
        .fails(2)
        .shows("profiles-every_write_to_a_protected_store_asks");
    run("api POST /customers -f email=b@example.com")
        .fails(2)
        .shows("profiles-every_write_to_a_protected_store_asks-2");
    run(create).on_terminal(80).answering(&["no"]).fails(130);
    run("customers list -n 1").succeeds();
    run("sandbox requests --jq .method -r")
        .succeeds()
        .prints("GET\n");
    run(create).on_terminal(80).answering(&["yes"]).succeeds();
    run("api POST /customers -f email=b@example.com -f first_name=B -f last_name=B --yes")
        .succeeds();
}

#[cfg(unix)]
#[test]
fn a_credential_command_gives_the_token() {
    let served = Served::start();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "sk_sandbox_all\n").unwrap();
    let store = Store::new();
    let run = |line: &str| rc(line).holding(&store).env("PATH", "/usr/bin:/bin");
    run(&format!("profile set a --base-url {}", served.url))
        .with(&format!(
            "--credential-command 'sh -c \"echo looking >&2; cat {}\"'",
            file.path().display()
        ))
        .succeeds();
    run("store get --profile a --jq .name -r")
        .succeeds()
        .prints("The Sandbox Store\n")
        .says("sh: looking");
    run("auth status --profile a --jq .token.source -r")
        .succeeds()
        .prints("credential_command\n");
    run("auth login --profile a")
        .fails(2)
        .shows("profiles-a_credential_command_gives_the_token");
    // It is for the address of its profile.
    run("store get --profile a --base-url http://127.0.0.1:9")
        .fails(3)
        .shows("profiles-a_credential_command_gives_the_token-2");
    run("profile set a --credential-command 'sh -c \"exit 4\"'").succeeds();
    run("store get --profile a")
        .fails(3)
        .shows("profiles-a_credential_command_gives_the_token-3");
}

#[test]
fn what_is_wrong_with_the_settings_is_named_before_anything_is_sent() {
    for (text, said) in [
        (
            "[profiles.a]\nprotectd = true",
            "line 2: there is no setting protectd",
        ),
        ("[profiles.a]\nprotectd = true", "did you mean protected?"),
        ("profile = 3", "line 1: profile is not text in quotes"),
        (
            "[profiles.a]\nprotected = 1",
            "line 2: protected is not true or false",
        ),
        ("profile = \"b\"\n[profiles.a]", "there is no profile b"),
        ("[[[", "line 1"),
        ("token = \"x\"", "rc auth login"),
        (
            "[profiles.a]\nbase_url = \"http://x.example.com\"",
            "unencrypted",
        ),
    ] {
        let store = written(text);
        rc("store get").holding(&store).fails(2).says(said);
        // Nothing is overwritten.
        if !text.contains("profiles.a]") || text.contains('=') && !text.contains("\"b\"") {
            rc("profile set c --protected").holding(&store).fails(2);
        }
        assert!(
            std::fs::read_to_string(settings(&store))
                .unwrap()
                .starts_with(text)
        );
        // The sandbox works without settings, and help and version need none.
        rc("--sandbox store get").holding(&store).succeeds();
        rc("--version").holding(&store).succeeds();
    }
}

#[test]
fn settings_are_not_read_from_the_working_directory() {
    rc("store get")
        .env("RECHARGE_CONFIG_DIR", "config")
        .fails(2)
        .shows("profiles-settings_are_not_read_from_the_working_directory");
}

#[test]
fn wrong_names_and_commands_are_refused() {
    let store = Store::new();
    for (line, said) in [
        ("profile set ../x", "cannot be the name of a profile"),
        ("profile use x", "there is no profile x"),
        ("profile show x", "there is no profile x"),
        (
            "store get --profile x",
            "rc auth login --profile x creates it",
        ),
        (
            "profile set a --base-url http://x.example.com",
            "unencrypted",
        ),
        ("profile set a --credential-command ''", "is empty"),
        (
            "profile set a --credential-command '\"op'",
            "is not a command",
        ),
        (
            "profile set a --credential-command 'echo sk_0123456789012345678901'",
            "contain a token itself",
        ),
        ("profile set a --protected=maybe", "maybe"),
        ("profile set a --unset protectd", "did you mean protected?"),
        (
            "profile set a --protected --unset protected",
            "set and unset",
        ),
    ] {
        rc(line).holding(&store).fails(2).says(said);
    }
    assert!(!settings(&store).exists());
}

#[cfg(unix)]
#[test]
fn settings_that_anybody_can_change_are_refused() {
    use std::os::unix::fs::PermissionsExt;
    let store = written("[profiles.a]\n");
    std::fs::set_permissions(settings(&store), PermissionsExt::from_mode(0o666)).unwrap();
    rc("store get")
        .holding(&store)
        .fails(3)
        .shows("profiles-settings_that_anybody_can_change_are_refused");
}

#[cfg(unix)]
#[test]
fn settings_with_a_command_that_a_group_can_change_are_refused() {
    use std::os::unix::fs::PermissionsExt;
    let change = |store: &Store, file: u32, folder: u32| {
        let config = settings(store);
        let folder_of = config.parent().unwrap();
        std::fs::set_permissions(&config, PermissionsExt::from_mode(file)).unwrap();
        std::fs::set_permissions(folder_of, PermissionsExt::from_mode(folder)).unwrap();
    };
    let store = written("[profiles.a]\ncredential_command = \"op read x\"\n");
    for (file, folder, said) in [
        (0o664, 0o755, "other users can change"),
        (0o644, 0o775, "other users can replace files in"),
        (0o644, 0o757, "other users can replace files in"),
    ] {
        change(&store, file, folder);
        rc("store get --profile a")
            .holding(&store)
            .fails(3)
            .says(said)
            .says("chmod go-w ");
        // Nothing is written to such a file either.
        rc("profile set b").holding(&store).fails(3).says(said);
    }
    change(&store, 0o644, 0o755);
    rc("profile show a").holding(&store).succeeds();
    // Where no command is named, a group may work on the file.
    let store = written("[profiles.a]\nprotected = true\n");
    change(&store, 0o664, 0o775);
    rc("profile show a").holding(&store).succeeds();
}

#[test]
fn state_is_not_kept_in_the_working_directory() {
    for line in [
        "profile list",
        "bulk list",
        "--sandbox store get",
        "auth status",
    ] {
        rc(line)
            .env("RECHARGE_STATE_DIR", "state")
            .fails(2)
            .shows("profiles-state_is_not_kept_in_the_working_directory");
    }
    assert!(!std::path::Path::new("state").exists());
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let store = Store::new();
    // A file is where the folder should be.
    std::fs::write(store.path().join("config"), "").unwrap();
    rc("profile set a --protected")
        .holding(&store)
        .fails(2)
        .shows("profiles-a_place_that_cannot_be_written_is_named");
}
