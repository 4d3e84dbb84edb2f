//! Tests of reading settings.

use std::ffi::OsString;

use super::*;
use crate::error::Kind;

fn wrong(text: &str) -> Error {
    let error = Config::parse(text, "config.toml").unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
    error
}

#[test]
fn every_setting_is_read() {
    let config = Config::parse(
        "profile = \"a\"\n[profiles.a]\nbase_url = \"https://x.example.com\"\n\
         api_version = \"2021-01\"\nprotected = true\ncredential_command = \"op read 'op://a b'\"\n\
         output = \"csv\"\ncolumns = \"id,status\"\nlimit = 50\n[profiles.b]\n",
        "config.toml",
    )
    .unwrap();
    assert_eq!(config.used.as_deref(), Some("a"));
    let expected = Profile {
        api: None,
        store_hash: None,
        client_id: None,
        name: "a".to_owned(),
        base_url: Some("https://x.example.com".to_owned()),
        api_version: Some("2021-01".to_owned()),
        protected: true,
        credential_command: Some("op read 'op://a b'".to_owned()),
        output: Some("csv".to_owned()),
        columns: Some("id,status".to_owned()),
        limit: Some(50),
    };
    assert_eq!(config.profiles, [expected, Profile::named("b")]);
    assert_eq!(Config::parse("", "x").unwrap(), Config::default());
}

#[test]
fn an_unknown_setting_is_named_with_its_line_and_the_nearest() {
    let error = wrong("[profiles.a]\nprotectd = true\n");
    assert_eq!(
        error.message,
        "config.toml, line 2: there is no setting protectd"
    );
    assert_eq!(error.hints[0], "did you mean protected?");
    let error = wrong("profles = 1\n");
    assert_eq!(error.hints[0], "did you mean profiles?");
}

#[test]
fn a_wrong_type_or_value_is_named_with_its_line() {
    for (text, said) in [
        ("profile = 1", "line 1: profile is not text in quotes"),
        ("profile = \"\"", "profile is empty"),
        ("profiles = 1", "profiles is not a table"),
        ("[profiles]\na = 1", "line 2: profiles.a is not a table"),
        (
            "[profiles.a]\noutput = \"xml\"",
            "line 2: output is not one of table, json, ndjson, csv, tsv",
        ),
        (
            "[profiles.a]\ncolumns = \"id,,x\"",
            "line 2: \"id,,x\" contains an empty column name",
        ),
        (
            "[profiles.a]\nlimit = 0",
            "line 2: limit is not a whole number above 0",
        ),
        (
            "[profiles.a]\nlimit = \"5\"",
            "line 2: limit is not a whole number above 0",
        ),
        (
            "[profiles.a]\nprotected = \"yes\"",
            "line 2: protected is not true or false",
        ),
        (
            "[profiles.a]\nbase_url = \"http://x.com\"",
            "line 2: the base URL http://x.com",
        ),
        (
            "[profiles.a]\ncredential_command = \"op 'read\"",
            "line 2: the credential command",
        ),
        ("[profiles.\"../x\"]", "cannot be the name of a profile"),
        ("[profiles.a", "line 1"),
        ("a = ", "line 1"),
    ] {
        let error = wrong(text);
        assert!(error.to_string().contains(said), "{text}: {error}");
    }
}

#[test]
fn a_token_in_the_settings_is_refused_and_not_repeated() {
    for text in [
        "token = \"sk_live_0123456789abcdef0123\"",
        "[profiles.a]\naccess_token = \"sk_live_0123456789abcdef0123\"",
        "[profiles.a]\ntoken = sk_live_0123456789abcdef0123",
        "[profiles.a]\ncredential_command = \"echo sk_live_0123456789abcdef0123\"",
    ] {
        let error = wrong(text);
        let said = format!("{error} {error:?}");
        assert!(!said.contains("sk_live"), "{said}");
    }
}

#[test]
fn a_flag_names_the_profile_before_the_environment_and_that_before_the_file() {
    let config = Config::parse("profile = \"c\"\n[profiles.c]\n[profiles.e]", "x").unwrap();
    let set: Environment = [(variable::PROFILE.to_owned(), OsString::from("e"))].into();
    let unset = Environment::new();
    let chosen = |flag, environment| config.choose(flag, environment).unwrap();
    assert_eq!(chosen(Some("f"), &set), ("f".to_owned(), NamedBy::Flag));
    assert_eq!(chosen(None, &set), ("e".to_owned(), NamedBy::Environment));
    assert_eq!(chosen(None, &unset), ("c".to_owned(), NamedBy::Config));
    let nothing = Config::default().choose(None, &unset).unwrap();
    assert_eq!(nothing, (DEFAULT.to_owned(), NamedBy::Nobody));
}

#[test]
fn an_unknown_profile_gets_the_nearest_name() {
    let config = Config::parse("[profiles.garden]\n[profiles.coffee]", "x").unwrap();
    let error = config.profile("gardn").unwrap_err();
    assert_eq!(error.message, "there is no profile gardn");
    assert_eq!(error.hints[0], "did you mean garden?");
    assert_eq!(config.profile(DEFAULT).unwrap(), Profile::named(DEFAULT));
}
