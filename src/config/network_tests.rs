//! Tests of the settings of the network.

use std::ffi::OsString;

use super::*;

fn environment(pairs: &[(&str, &str)]) -> Environment {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), OsString::from(value)))
        .collect()
}

fn chosen(pairs: &[(&str, &str)], base: &str) -> Result<Option<String>> {
    let base = BaseUrl::parse(base)?;
    let network = Network::of(&NetworkFlags::default(), &environment(pairs), &base)?;
    Ok(network.proxy.map(|proxy| proxy.to_string()))
}

const API: &str = "https://api.rechargeapps.com";

#[test]
fn a_proxy_comes_from_the_environment_and_never_stands_before_this_machine() {
    let set = [
        ("HTTPS_PROXY", "http://one:1"),
        ("ALL_PROXY", "http://two:2"),
    ];
    let found = chosen(&set, API).unwrap();
    assert_eq!(found.unwrap(), "the proxy http://one:1 (HTTPS_PROXY)");
    assert_eq!(chosen(&set, "http://127.0.0.1:4010").unwrap(), None);
    let found = chosen(&[("all_proxy", "socks5://two:2")], API).unwrap();
    assert_eq!(found.unwrap(), "the proxy socks5://two:2 (all_proxy)");
    let found = chosen(&[("HTTPS_PROXY", "three:3")], API).unwrap();
    assert_eq!(found.unwrap(), "the proxy http://three:3 (HTTPS_PROXY)");
    assert_eq!(chosen(&[("HTTP_PROXY", "http://x:1")], API).unwrap(), None);
}

#[test]
fn a_wrong_proxy_is_named_by_its_variable_and_not_repeated() {
    for bad in [
        "http://",
        "ftp://u:hidden@h:1",
        "u:hidden@h:99999",
        "http://u:hidden@:1",
        "http://u:hidden/x@h:1",
        "http://u:12/hidden@h:1",
        "u:12?hidden@h:1",
        "socks5://u:12#hidden@h:1",
        "http://u:12\\hidden@h:1",
    ] {
        let error = chosen(&[("HTTPS_PROXY", bad)], API).unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(
            text.contains("HTTPS_PROXY") && !text.contains("hidden"),
            "{text}"
        );
    }
    let set = [("ALL_PROXY", "http://user:hidden@proxy:1")];
    let network = Network::of(
        &NetworkFlags::default(),
        &environment(&set),
        &BaseUrl::parse(API).unwrap(),
    );
    let proxy = network.unwrap().proxy.unwrap();
    assert!(!format!("{proxy} {proxy:?}").contains("hidden"));
    assert_eq!(proxy.url(), "http://user:hidden@proxy:1");
}

#[test]
fn hosts_are_excepted_from_the_proxy() {
    for (host, exceptions, expected) in [
        ("api.example.com", "*", true),
        ("api.example.com", "example.com", true),
        ("api.example.com", "x.org, .Example.com", true),
        ("api.example.com", "*.example.com", true),
        ("api.example.com", "ample.com", false),
        ("api.example.com", "api.example.com:443", true),
        ("api.example.com", "api.example.com:8443", false),
        ("api.example.com", "", false),
        ("10.1.2.3", "10.0.0.0/8", true),
        ("10.1.2.3", "10.1.2.3", true),
        ("10.1.2.3", "11.0.0.0/8", false),
        ("10.1.2.3", "0.0.0.0/0", true),
        ("[fd00::1]", "fd00::/8", true),
        ("[fd00::1]", "fe00::/8", false),
    ] {
        assert_eq!(
            excepted(host, Some(443), exceptions),
            expected,
            "{host} {exceptions}"
        );
    }
}

#[test]
fn trust_and_time_limits_follow_the_flag_then_the_environment() {
    let base = BaseUrl::parse(API).unwrap();
    let set = environment(&[("RECHARGE_CA_FILE", "a.pem"), ("RECHARGE_TIMEOUT", "5s")]);
    let network = Network::of(&NetworkFlags::default(), &set, &base).unwrap();
    assert_eq!(network.trust, Trust::File("a.pem".into()));
    assert_eq!(network.timeouts.total, Some(Duration::from_secs(5)));
    let flags = NetworkFlags {
        system_ca: true,
        timeout: Some(Duration::from_secs(7)),
        ..NetworkFlags::default()
    };
    let network = Network::of(&flags, &set, &base).unwrap();
    assert_eq!(network.trust, Trust::System);
    assert_eq!(network.timeouts.total, Some(Duration::from_secs(7)));
    for bad in ["soon", "0s", "-1s", "5"] {
        let set = environment(&[("RECHARGE_TIMEOUT", bad)]);
        let error = Network::of(&NetworkFlags::default(), &set, &base).unwrap_err();
        assert!(error.to_string().contains("RECHARGE_TIMEOUT"), "{bad}");
    }
}
