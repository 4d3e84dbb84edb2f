//! Tests of choosing the place, and of how a question names it.

use std::ffi::OsString;

use super::*;
use crate::cli::Typed;
use crate::commands;

fn place(words: &[&str], set: &[(&str, &str)]) -> Result<Target> {
    let words: Vec<OsString> = ["store", "get"]
        .iter()
        .chain(words)
        .map(OsString::from)
        .collect();
    let Typed::Matches(matches) = commands::parse(&words, None)? else {
        panic!("not a command");
    };
    let environment = set
        .iter()
        .map(|(name, value)| ((*name).to_owned(), OsString::from(value)))
        .collect();
    let folders = Folders::choose(&environment, None, None)?;
    Target::choose(
        &matches.options,
        &environment,
        &folders,
        crate::commands::FAMILY,
    )
}

fn place_of(profile: Profile, by: NamedBy, set: &[(&str, &str)]) -> Target {
    let words = ["store", "get"].map(OsString::from);
    let Typed::Matches(matches) = commands::parse(&words, None).unwrap() else {
        panic!("not a command");
    };
    let environment = set
        .iter()
        .map(|(name, value)| ((*name).to_owned(), OsString::from(value)))
        .collect();
    Target::of(
        profile,
        by,
        &matches.options,
        &environment,
        crate::commands::FAMILY,
    )
    .unwrap()
}

#[test]
fn the_environment_wins_over_a_profile_unless_a_flag_names_it() {
    let profile = || Profile {
        base_url: Some("https://own.example.com".to_owned()),
        ..Profile::named("a")
    };
    let set = [("RECHARGE_BASE_URL", "https://set.example.com")];
    let url = |by, set: &[(&str, &str)]| place_of(profile(), by, set).base.as_str().to_owned();
    assert_eq!(url(NamedBy::Config, &[]), "https://own.example.com");
    assert_eq!(url(NamedBy::Config, &set), "https://set.example.com");
    assert_eq!(url(NamedBy::Flag, &set), "https://own.example.com");
}

#[test]
fn a_question_names_the_store_as_well_as_it_is_known() {
    let profile = || Profile {
        protected: true,
        ..Profile::named("a")
    };
    let place = place_of(Profile::named(DEFAULT), NamedBy::Nobody, &[]);
    assert_eq!(
        place.named(),
        "the store behind https://api.rechargeapps.com"
    );
    let place = place_of(profile(), NamedBy::Config, &[]);
    assert_eq!(
        place.named(),
        "the store behind https://api.rechargeapps.com (profile a), which is protected"
    );
    let login = Login {
        api: "recharge".to_owned(),
        profile: "a".to_owned(),
        base_url: String::new(),
        kept: crate::config::token_storage::TokenStorage::File,
        fingerprint: String::new(),
        store: Some("Garden\u{1b}[31m".to_owned()),
        scopes: Vec::new(),
        checked_at: String::new(),
    };
    place.knows(KnownToken {
        source: TokenSource::File,
        login: Some(login),
    });
    let named = place.named();
    assert!(named.starts_with("Garden"), "{named}");
    assert!(named.contains("(profile a, https://api.rechargeapps.com)"));
    assert!(!named.contains('\u{1b}'));
}

#[test]
fn store_in_question_says_its_name_whether_it_is_live_and_protected() {
    let protected = || Profile {
        protected: true,
        ..Profile::named("a")
    };
    let place = place_of(protected(), NamedBy::Config, &[]);
    assert_eq!(
        place.in_question(),
        "the store of profile a [live, protected]"
    );
    let place = |url| {
        let set = [("RECHARGE_BASE_URL", url)];
        place_of(Profile::named(DEFAULT), NamedBy::Nobody, &set)
    };
    let local = place("http://127.0.0.1:4010");
    assert_eq!(local.in_question(), "the store of profile default [local]");
    let other = place("https://api.example.com");
    assert_eq!(
        other.in_question(),
        "the store of profile default [api.example.com]"
    );
    other.knows(KnownToken {
        source: TokenSource::Environment(crate::config::variable::TOKEN),
        login: None,
    });
    assert_eq!(
        other.in_question(),
        "the store of RECHARGE_ACCESS_TOKEN [api.example.com]"
    );
}

#[test]
fn a_profile_and_the_sandbox_do_not_go_together() {
    assert!(place(&["--sandbox", "--profile", "default"], &[]).is_err());
    assert!(place(&["--profile", "default"], &[("RECHARGE_SANDBOX", "1")]).is_err());
    let set = [("RECHARGE_SANDBOX", "1"), ("RECHARGE_PROFILE", "x")];
    assert!(place(&[], &set).unwrap().sandbox);
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_default() {
    let url = |words: &[&str], set: &[(&str, &str)]| place(words, set).unwrap().base;
    assert_eq!(url(&[], &[]).as_str(), "https://api.rechargeapps.com");
    let set = [("RECHARGE_BASE_URL", "https://one.example.com")];
    assert_eq!(url(&[], &set).as_str(), "https://one.example.com");
    let flag = ["--base-url", "https://two.example.com/"];
    assert_eq!(url(&flag, &set).as_str(), "https://two.example.com");
}

#[test]
fn the_sandbox_is_chosen_by_flag_or_environment() {
    assert!(place(&["--sandbox"], &[]).unwrap().sandbox);
    assert!(place(&[], &[("RECHARGE_SANDBOX", "1")]).unwrap().sandbox);
    assert!(!place(&[], &[("RECHARGE_SANDBOX", "0")]).unwrap().sandbox);
    let real = place(
        &["--base-url", "https://x.example.com"],
        &[("RECHARGE_SANDBOX", "1")],
    );
    assert!(!real.unwrap().sandbox);
    assert!(place(&["--sandbox", "--base-url", "https://x.example.com"], &[]).is_err());
}
