//! A wrong command line: exit 2, the thing and the value named, what to do
//! next, and nothing sent (there is no server, and no token).

use crate::harness::rc;

#[test]
fn unknown_words_get_the_nearest_name() {
    rc("subscriptons list")
        .fails(2)
        .shows("usage-unknown_words_get_the_nearest_name");
    rc("subscriptions lst")
        .fails(2)
        .shows("usage-unknown_words_get_the_nearest_name-2");
    rc("subscriptions list --statu active")
        .fails(2)
        .shows("usage-unknown_words_get_the_nearest_name-3");
    rc("charges list --sort id-asc")
        .fails(2)
        .shows("usage-unknown_words_get_the_nearest_name-4");
    rc("subscriptions list --status actve")
        .fails(2)
        .shows("usage-unknown_words_get_the_nearest_name-5");
    rc("subscriptions")
        .fails(2)
        .shows("usage-unknown_words_get_the_nearest_name-6");
}

#[test]
fn a_wrong_value_is_named_with_its_flag() {
    for (line, flag, why) in [
        ("subscriptions get abc", "'abc'", "not a whole number"),
        (
            "subscriptions list --customer-id x",
            "--customer-id",
            "not a whole number",
        ),
        (
            "subscriptions list --created-at-min soon",
            "--created-at-min",
            "7d",
        ),
        (
            "subscriptions list --page-size 251",
            "--page-size",
            "1 to 250",
        ),
        (
            "subscriptions list --page-size 0",
            "--page-size",
            "1 to 250",
        ),
        (
            "subscriptions list --limit many",
            "--limit",
            "not a whole number",
        ),
        (
            "subscriptions update 1 --charge-every 1001",
            "--charge-every",
            "more than 1000",
        ),
        ("subscriptions update 1 --price cheap", "--price", "12.50"),
        (
            "subscriptions update 1 --commit maybe",
            "--commit",
            "neither true nor false",
        ),
        (
            "subscriptions update 1 --property Color",
            "--property",
            "Name=Value",
        ),
        (
            "discounts create --value-type percent",
            "--value-type",
            "percentage",
        ),
        (
            "orders update 1 --billing-address [1]",
            "--billing-address",
            "not a JSON object",
        ),
        (
            "orders update 1 --set billing_address",
            "--set",
            "the = is missing",
        ),
        ("subscriptions list -o xml", "--output", "ndjson"),
        (
            "subscriptions set-next-charge-date 1 --date 7d",
            "--date",
            "+7d",
        ),
    ] {
        rc(line).fails(2).says(flag).says(why);
    }
}

#[test]
fn every_missing_parameter_is_named_at_once() {
    rc("subscriptions cancel 1 --yes")
        .fails(2)
        .shows("usage-every_missing_parameter_is_named_at_once");
    rc("discounts create --code X")
        .fails(2)
        .shows("usage-every_missing_parameter_is_named_at_once-2");
    rc(
        "discounts create --body '{\"code\":\"X\",\"value\":\"1\",\"value_type\":\"percentage\"}' \
        --dry-run",
    )
    .succeeds();
}

#[test]
fn a_body_that_is_no_object_is_refused() {
    for body in ["[]", "1", "{", "nothing"] {
        rc(&format!("discounts update 1 --body '{body}'"))
            .fails(2)
            .says("--body is not");
    }
    rc("discounts update 1 --body @no-such-file")
        .fails(2)
        .shows("usage-a_body_that_is_no_object_is_refused");
}

#[test]
fn an_invalid_filter_is_refused_with_its_position() {
    rc("subscriptions list --jq '.id |'")
        .fails(2)
        .shows("usage-an_invalid_filter_is_refused_with_its_position");
    rc("subscriptions list --jq 'no_such_function'")
        .fails(2)
        .shows("usage-an_invalid_filter_is_refused_with_its_position-2");
    rc("subscriptions list --jq '{'").fails(2);
}

#[test]
fn an_unknown_column_gets_the_nearest_name() {
    rc("subscriptions list -o csv -c id,statu")
        .fails(2)
        .shows("usage-an_unknown_column_gets_the_nearest_name");
}

#[test]
fn a_token_goes_only_to_https_or_this_machine() {
    rc("store get --base-url http://other.host")
        .fails(2)
        .shows("usage-a_token_goes_only_to_https_or_this_machine");
    rc("store get")
        .env("RECHARGE_BASE_URL", "ftp://x")
        .fails(2)
        .shows("usage-a_token_goes_only_to_https_or_this_machine-2");
}

#[test]
fn without_a_token_one_is_told_what_to_do() {
    rc("store get")
        .fails(3)
        .shows("usage-without_a_token_one_is_told_what_to_do");
}

#[test]
fn a_cursor_stands_alone() {
    rc("charges list --cursor abc --status queued")
        .fails(2)
        .shows("usage-a_cursor_stands_alone");
}

#[test]
fn what_cannot_be_taken_back_needs_a_yes() {
    rc("customers delete 1")
        .against("http://127.0.0.1:9")
        .fails(2)
        .shows("usage-what_cannot_be_taken_back_needs_a_yes");
    rc("customers delete 1")
        .against("http://127.0.0.1:9")
        .on_terminal(80)
        .fails(130)
        .says("cancelled; nothing was sent");
}

#[test]
fn errors_come_as_json_when_json_was_asked_for() {
    for line in [
        "subscriptions list -o json --statu x",
        "--errors json subscriptions get abc",
    ] {
        let outcome = rc(line).fails(2).prints_nothing();
        let error: serde_json::Value = serde_json::from_str(&outcome.stderr).unwrap();
        assert_eq!(error["kind"], "usage");
        assert_eq!(outcome.stderr.lines().count(), 1);
    }
}

#[test]
fn help_and_version_go_to_standard_output_and_need_nothing() {
    let version = rc("--version").succeeds().says_nothing().stdout;
    assert_eq!(version, format!("rc {}\n", env!("CARGO_PKG_VERSION")));
    for line in [
        "",
        "--help",
        "-h",
        "subscriptions --help",
        "subscriptions cancel -h",
        "api --help",
    ] {
        let outcome = rc(line).succeeds().says_nothing();
        assert!(outcome.stdout.contains("Usage: rc"), "{line}");
    }
}

#[test]
fn help_shows_common_parameters_first_and_an_example() {
    let help = rc("subscriptions list -h").succeeds().stdout;
    assert!(help.contains("Example:\n  rc subscriptions list"));
    assert!(help.contains("--status"));
    assert!(
        !help.contains("--address-ids"),
        "the short help shows what is common"
    );
    let help = rc("subscriptions list --help").succeeds().stdout;
    let (status, rare) = (
        help.find("--status").unwrap(),
        help.find("--address-ids").unwrap(),
    );
    assert!(status < rare);
}

#[test]
fn names_work_in_every_case_and_number() {
    for line in [
        "subscription list --dry-run",
        "payment_methods list --dry-run",
        "payment-method list --dry-run",
        "subscriptions set_next_charge_date 1 --date 2026-12-01 --dry-run",
        "subscriptions cancel 1 --cancellation-reason x --yes --dry-run",
        "subscriptions list --created_at_min 2024-01-01 --dry-run",
        "webhooks delete 1 --dry-run",
    ] {
        rc(line).succeeds().says_nothing();
    }
}

#[test]
fn values_within_a_body_are_checked_too() {
    for (line, why) in [
        (
            "subscriptions update 1 --set quantity=abc",
            "quantity cannot be \"abc\": not a whole number",
        ),
        (
            "subscriptions update 1 --body '{\"order_interval_unit\":\"yearr\"}'",
            "not one of day, week, month",
        ),
        (
            "subscriptions update 1 --set charge_interval_frequency=1001",
            "more than 1000",
        ),
        (
            "onetimes update 1 --set next_charge_scheduled_at=7d",
            "not a date or time",
        ),
        ("orders update 1 --set line_items=1", "not a JSON array"),
        ("subscriptions update 1 --set product_title={}", "not text"),
    ] {
        rc(line).fails(2).says(why);
    }
    rc("subscriptions update 1 --set quantity=3 --set price=null --dry-run").succeeds();
}

#[test]
fn nothing_leads_out_of_its_place_in_a_path() {
    for line in [
        "products delete .. --yes",
        "checkouts get .",
        "api GET /orders/../store",
        "api GET ..",
    ] {
        rc(line).fails(2).says("is not valid in a path");
    }
}

#[test]
fn path_of_a_free_request_is_refused_when_it_could_be_read_as_another() {
    for (path, why) in [
        ("/x/%2e%2e/charges/5/refund", "leads to another path"),
        ("/x/%252E%252e/charges/5/refund", "leads to another path"),
        ("//subscriptions/1/cancel", "is a URL or begins with a host"),
        ("/subscriptions//1/cancel", "empty segment"),
        ("/charges%2F5%2frefund", "contains a slash"),
        ("/charges/5/refund;x", "contains a ;"),
        ("/charges/5/refund#x", "contains a #"),
        ("/charges/5/refund%0a", "control character"),
        ("/charges/5/refund%zz", "two hexadecimal digits"),
        ("https://example.com/charges/5/refund", "is a URL"),
        ("example.com/charges/5/refund", "begins with a host"),
    ] {
        for end in ["--yes", "--dry-run"] {
            rc(&format!("api POST {path} {end}")).fails(2).says(why);
        }
    }
}

#[test]
fn free_request_asks_however_its_operation_is_spelled() {
    for path in [
        "/charges/5/refund",
        "charges/5/refund/",
        "/%63harges/5/%72%65fund",
        "/Charges/5/REFUND",
        "/charges/5/refund?x=1",
    ] {
        rc(&format!("api POST {path}"))
            .env("RECHARGE_ACCESS_TOKEN", "sk_test_of_a_store")
            .fails(2)
            .says("there is no terminal to ask on");
    }
    rc("api POST /5/refund --base-url http://127.0.0.1:9/charges")
        .env("RECHARGE_ACCESS_TOKEN", "sk_test_of_a_store")
        .fails(2)
        .says("there is no terminal to ask on");
}

#[test]
fn nothing_to_change_is_not_sent() {
    rc("subscriptions update 1")
        .fails(2)
        .shows("usage-nothing_to_change_is_not_sent");
    rc("charges list --cursor ''")
        .fails(2)
        .shows("usage-nothing_to_change_is_not_sent-2");
}

#[test]
fn help_is_also_a_word() {
    let flag = rc("subscriptions --help").succeeds().stdout;
    rc("help subscriptions").succeeds().prints(&flag);
    rc("help").succeeds();
}

#[test]
fn unexpected_argument_is_not_called_a_flag() {
    rc("store get extra")
        .fails(2)
        .shows("usage-unexpected_argument_is_not_called_a_flag");
}

#[test]
fn suggestions_are_proper_names() {
    rc("paymentmethods list")
        .fails(2)
        .shows("usage-suggestions_are_proper_names");
    rc("subscripton list")
        .fails(2)
        .shows("usage-suggestions_are_proper_names-2");
}

#[test]
fn a_flag_given_twice_counts_as_it_was_given_last() {
    rc("store get --yes --yes -o csv -o json --dry-run")
        .succeeds()
        .json();
}

#[test]
fn a_dry_run_refuses_what_it_would_ignore() {
    for flags in ["-O x", "-q .", "-o csv", "-c id"] {
        rc(&format!("store get --dry-run {flags}"))
            .fails(2)
            .says("cannot be used with this dry run");
    }
    rc("store get --dry-run=curl -o json").fails(2);
    rc("sandbox reset --dry-run --yes")
        .fails(2)
        .shows("usage-a_dry_run_refuses_what_it_would_ignore");
    rc("store get --raw")
        .fails(2)
        .shows("usage-a_dry_run_refuses_what_it_would_ignore-2");
}

#[test]
fn standard_input_is_read_only_once() {
    rc("subscriptions get - 1 -")
        .fails(2)
        .shows("usage-standard_input_is_read_only_once");
}

#[test]
fn word_that_is_far_from_all_names_gets_no_suggestion() {
    for word in ["undo", "alias"] {
        let outcome = rc(word).fails(2);
        assert!(!outcome.stderr.contains("did you mean"), "{outcome:?}");
    }
    for word in ["subscriptons", "custmers", "subsc"] {
        rc(word).fails(2).says("did you mean");
    }
}
