//! The defaults that a profile keeps: output format, columns and limit.

use crate::harness::{Store, rc};
use crate::profiles::settings;
use crate::served::Served;

#[test]
fn profile_keeps_defaults_for_output_columns_and_limit() {
    let served = Served::start();
    let store = Store::new();
    let set = format!(
        "profile set big --base-url {} -o csv -c id,status,none -n 3",
        served.url
    );
    rc(&set).holding(&store).succeeds();
    rc("profile use big").holding(&store).succeeds();
    let run = |line: &str| {
        rc(line)
            .holding(&store)
            .env("RECHARGE_ACCESS_TOKEN", "sk_sandbox_all")
    };
    let listed = run("subscriptions list").succeeds();
    assert!(listed.stdout.starts_with("id,status\n"), "{listed:?}");
    assert_eq!(listed.stdout.lines().count(), 4);
    listed.says("profile big stops lists after 3 records; --limit overrides it");
    // A flag comes first, and what an object does not have is left out.
    let listed = run("subscriptions list -n 5 -c id -o tsv").succeeds();
    assert_eq!(listed.stdout.lines().count(), 6);
    listed.prints_in("id\n").says_nothing();
    let customers = run("customers list -c id,email").succeeds();
    assert!(customers.stdout.starts_with("id,email\n"), "{customers:?}");
    let addresses = run("addresses list -n 1").succeeds();
    assert!(addresses.stdout.starts_with("id\n"), "{addresses:?}");
    // Filters, JSON and single objects keep all fields.
    run("customers list -n 1 --jq .email")
        .succeeds()
        .prints_in("@");
    let id = run("subscriptions list -n 1 --jq .id").succeeds().stdout;
    let json = run("subscriptions list -n 1 -o ndjson").succeeds();
    assert!(json.records()[0]["quantity"].is_number());
    run(&format!("subscriptions get {}", id.trim()))
        .succeeds()
        .prints_in("quantity");
    run("subscriptions list --dry-run")
        .succeeds()
        .prints_in("limit=250");
}

#[test]
fn profile_shows_and_unsets_its_defaults() {
    let store = Store::new();
    let run = |line: &str| rc(line).holding(&store);
    run("profile set big --output table --columns id,status --limit 50").succeeds();
    let shown = || run("profile show big --jq '[.output, .columns, .limit]'").succeeds();
    shown().prints("[\"table\",\"id,status\",50]\n");
    let text = std::fs::read_to_string(settings(&store)).unwrap();
    assert!(text.contains("limit = 50\n"), "{text}");
    run("profile set big --unset output,columns,limit").succeeds();
    shown().prints("[null,null,null]\n");
}

#[test]
fn profile_set_refuses_what_a_profile_does_not_keep() {
    let store = Store::new();
    let run = |line: &str| rc(line).holding(&store);
    for (flags, said) in [
        ("--jq .id", "a profile does not save --jq"),
        ("--timeout 5s", "a profile does not save --timeout"),
        ("--max-retries 2", "a profile does not save --max-retries"),
        ("--color always", "a profile does not save --color"),
        ("--excel", "a profile does not save --excel"),
        ("--limit 0", "a limit of 0 would list nothing"),
        ("--columns id,,x", "empty column name"),
        ("--columns help", "help lists the columns"),
        ("--output xml", "xml"),
        ("--limit 5 --unset limit", "limit cannot be set and unset"),
    ] {
        run(&format!("profile set big {flags}")).fails(2).says(said);
    }
    assert!(!settings(&store).exists());
}
