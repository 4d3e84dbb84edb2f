//! `rc portal`: links, objects, requests and routes, on the sandbox.

use std::fmt::Write as _;

use crate::canned::{Canned, Reply};
use crate::harness::{Rc, Store, rc};
use crate::served::Served;

/// Makes a link, and gives the hash and the token in it.
fn link(rc: impl Fn(&str) -> Rc, customer: &str) -> (String, String) {
    let made = rc(&format!("portal link {customer} -o json --yes")).succeeds();
    let url = made.json()["portal_url"].as_str().unwrap().to_owned();
    let (path, token) = url.split_once("?token=").unwrap();
    let hash = path.rsplit('/').next().unwrap();
    (hash.to_owned(), token.to_owned())
}

/// A subscription that is active, and its customer.
fn subscriber(store: &Store) -> (String, String) {
    let found = rc("subscriptions list --status active -n 1 -o json")
        .within(store)
        .succeeds();
    let one = found.json()[0].clone();
    (one["id"].to_string(), one["customer_id"].to_string())
}

#[test]
fn link_is_made_after_a_question_and_printed_alone() {
    let store = Store::new();
    let (_, customer) = subscriber(&store);
    let line = format!("portal link {customer}");
    rc(&line)
        .within(&store)
        .fails(2)
        .shows("portal-link_is_made_after_a_question_and_printed_alone");
    let asked = rc(&line)
        .within(&store)
        .on_terminal(100)
        .answering(&["n"])
        .fails(130);
    assert!(asked.stdout.is_empty(), "{asked:?}");
    let made = rc(&line)
        .within(&store)
        .on_terminal(100)
        .answering(&["y"])
        .succeeds();
    assert!(
        made.questions.contains("The link gives full access"),
        "{made:?}"
    );
    let url = made.stdout.trim();
    assert!(
        url.starts_with("https://sandbox.example.com/portal/"),
        "{url}"
    );
    assert!(url.contains("?token=link_"), "{url}");
    made.says("the link gives full access to the account of the customer until 20");
    let dry = rc(&format!("{line} --dry-run")).within(&store).succeeds();
    assert!(
        dry.stdout
            .contains(&format!("/customers/{customer}/sessions")),
        "{dry:?}"
    );
    rc("portal link 1 --yes").within(&store).fails(4);
    rc("portal link ../1 --yes").within(&store).fails(2);
}

#[test]
fn objects_are_got_by_a_schema_and_filtered() {
    let store = Store::new();
    let (subscription, customer) = subscriber(&store);
    let line = format!(
        r#"portal objects {customer} --schema '{{"subscriptions":{{"product":{{}}}},"settings":{{}}}}'"#
    );
    let got = rc(&line).within(&store).succeeds().json();
    let ids: Vec<String> = got["subscriptions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].to_string())
        .collect();
    assert!(ids.contains(&subscription), "{ids:?}");
    assert!(got["subscriptions"][0]["product"]["shopify_details"].is_object());
    let path = store.path().join("schema.json");
    std::fs::write(&path, r#"{ "customer": {} }"#).unwrap();
    let line = format!(
        "portal objects {customer} --schema-file {} --jq .customer.id",
        path.display()
    );
    assert_eq!(rc(&line).within(&store).succeeds().stdout.trim(), customer);
    let line = format!("portal objects {customer} --schema-file - --jq .customer.id");
    let piped = rc(&line)
        .within(&store)
        .stdin(r#"{"customer":{}}"#)
        .succeeds();
    assert_eq!(piped.stdout.trim(), customer);
}

#[test]
fn schema_is_checked_before_anything_is_sent() {
    let server = Canned::serve(vec![]);
    for (schema, why) in [
        (r#"{"adresses":[]}"#.to_owned(), "did you mean addresses?"),
        (
            r#"{"customer":{}}, "addresses":[]}"#.to_owned(),
            "join both with a comma",
        ),
        (
            r#"{"subscription":{}}"#.to_owned(),
            "subscription does not say which one",
        ),
        (
            format!(r#"{{"orders":{{"status":"{}"}}}}"#, "x".repeat(9_000)),
            "a URL can contain",
        ),
        ("[".repeat(5_000), "it is not JSON"),
    ] {
        let path = Store::new();
        let file = path.path().join("schema.json");
        std::fs::write(&file, schema).unwrap();
        let line = format!("portal objects 7 --schema-file {}", file.display());
        rc(&line).against(&server.url).fails(2).says(why);
    }
    let misspelt = r#"portal objects 7 --schema '{"subscriptions":{"products":{}}}' --dry-run"#;
    let outcome = rc(misspelt).against(&server.url).succeeds();
    outcome.says("products within an item is its product: write product");
    assert!(server.asked().is_empty());
}

#[test]
fn write_of_the_portal_is_seen_by_the_admin_api_and_names_its_twin() {
    let store = Store::new();
    let (subscription, customer) = subscriber(&store);
    let line = format!("portal post {customer} /subscriptions/{subscription}/delay -f days=7");
    let before = rc(&format!(
        "subscriptions get {subscription} --jq .next_charge_scheduled_at -r"
    ))
    .within(&store)
    .succeeds()
    .stdout;
    let done = rc(&line).within(&store).succeeds();
    done.says("rc subscriptions set-next-charge-date");
    let after = rc(&format!(
        "subscriptions get {subscription} --jq .next_charge_scheduled_at -r"
    ))
    .within(&store)
    .succeeds()
    .stdout;
    let days = |text: &str| text.trim()[..10].parse::<jiff::civil::Date>().unwrap();
    assert_eq!((days(&after) - days(&before)).get_days(), 7);
    let form = format!("portal post {customer} /customer --form -f 'first_name=Ada Maria'");
    rc(&form).within(&store).succeeds();
    let name = rc(&format!("customers get {customer} --jq .first_name -r"))
        .within(&store)
        .succeeds();
    assert_eq!(name.stdout.trim(), "Ada Maria");
    // What ends something asks.
    let cancel = format!("portal post {customer} /subscriptions/{subscription}/cancel");
    rc(&cancel)
        .within(&store)
        .fails(2)
        .shows("portal-write_of_the_portal_is_seen_by_the_admin_api_and_names_its_twin");
    rc(&format!("{cancel} --yes")).within(&store).succeeds();
    let status = rc(&format!("subscriptions get {subscription} --jq .status -r"))
        .within(&store)
        .succeeds();
    assert_eq!(status.stdout.trim(), "cancelled");
    let refused = format!("portal post {customer} /addresses -f city=Ulm");
    rc(&refused)
        .within(&store)
        .fails(5)
        .shows("portal-write_of_the_portal_is_seen_by_the_admin_api_and_names_its_twin-2");
}

#[test]
fn page_is_printed_as_html_and_has_no_columns() {
    let store = Store::new();
    let (_, customer) = subscriber(&store);
    let page = rc(&format!("portal get {customer} /subscriptions"))
        .within(&store)
        .succeeds();
    assert!(page.stdout.starts_with("<!doctype html>"), "{page:?}");
    let line = format!("portal get {customer} /subscriptions --jq .id");
    rc(&line)
        .within(&store)
        .fails(2)
        .shows("portal-page_is_printed_as_html_and_has_no_columns");
    let search = rc(&format!(
        "portal get {customer} /products/search -f q=coffee"
    ))
    .within(&store);
    assert!(
        search
            .succeeds()
            .stdout
            .contains("&quot;q&quot;: &quot;coffee&quot;")
    );
}

#[test]
fn unknown_route_names_the_nearest_and_is_not_sent() {
    let server = Canned::serve(vec![]);
    for (line, why) in [
        (
            "portal post 7 /adresses/42/chargs/skip",
            "did you mean /addresses/{id}/charges/skip?",
        ),
        ("portal get 7 /subscription", "did you mean /subscriptions?"),
        (
            "portal get 7 /subscriptions/42/activate",
            "there is POST /subscriptions/{id}/activate",
        ),
        ("portal get 7 https://x.example.com/y", "the path is a URL"),
        (
            "portal get /subscriptions",
            "the id of a customer is missing",
        ),
        (
            "portal get --hash ab 7 /subscriptions",
            "cannot be combined",
        ),
        (
            "portal get --hash ab /subscriptions",
            "--hash needs the address of the portal",
        ),
        (
            "portal post 7 /shipping/4 --delete --form",
            "cannot be used with --delete",
        ),
    ] {
        rc(line).against(&server.url).fails(2).says(why);
    }
    assert!(server.asked().is_empty());
}

#[test]
fn token_is_taken_from_the_environment_a_file_or_a_pipe_and_never_from_an_argument() {
    let store = Store::new();
    let (_, customer) = subscriber(&store);
    let (hash, token) = link(|line| rc(line).within(&store), &customer);
    let line =
        format!(r#"portal objects --hash {hash} --schema '{{"customer":{{}}}}' --jq .customer.id"#);
    let id = |rc: Rc| rc.succeeds().stdout.trim().to_owned();
    assert_eq!(
        id(rc(&line)
            .within(&store)
            .env("RECHARGE_PORTAL_TOKEN", &token)),
        customer
    );
    let file = store.path().join("portal-token");
    std::fs::write(&file, format!("{token}\n")).unwrap();
    assert_eq!(
        id(rc(&format!("{line} --token-file {}", file.display())).within(&store)),
        customer
    );
    assert_eq!(
        id(rc(&format!("{line} --token-file -"))
            .within(&store)
            .stdin(&token)),
        customer
    );
    rc(&line).within(&store).fails(3).shows(
        "portal-token_is_taken_from_the_environment_a_file_or_a_pipe_and_never_from_an_argument",
    );
    let wrong = rc(&line)
        .within(&store)
        .env("RECHARGE_PORTAL_TOKEN", "link_guess")
        .fails(3);
    let wrong = wrong.says("the portal refused the token");
    assert!(!wrong.stderr.contains("link_guess"), "{wrong:?}");
    for line in [
        format!("portal get --hash {hash} '/customer?token={token}'"),
        format!("portal get --hash {hash} /customer -f token={token}"),
    ] {
        let refused = rc(&line)
            .within(&store)
            .env("RECHARGE_PORTAL_TOKEN", &token)
            .fails(2);
        let refused = refused.says("would be visible to others");
        assert!(!refused.stderr.contains(&token), "{refused:?}");
    }
    // That of another customer.
    let other = rc("customers list -n 2 --jq .id")
        .within(&store)
        .succeeds()
        .stdout;
    let other = other.lines().find(|id| *id != customer).unwrap().to_owned();
    let (foreign, _) = link(|line| rc(line).within(&store), &other);
    let line = format!("portal get --hash {foreign} /customer");
    rc(&line)
        .within(&store)
        .env("RECHARGE_PORTAL_TOKEN", &token)
        .fails(3)
        .says("belongs to another customer");
}

#[test]
fn neither_token_nor_hash_is_in_messages_traces_history_or_files() {
    let served = Served::start();
    let store = Store::new();
    let of = |line: &str| rc(line).against(&served.url).holding(&store);
    let customer = of("customers list -n 1 --jq .id")
        .succeeds()
        .stdout
        .trim()
        .to_owned();
    let (hash, token) = link(of, &customer);
    let trace = store.path().join("trace.har");
    let mut said = String::new();
    let portal = format!("--hash {hash} --portal-url {}/portal", served.url);
    for way in [
        "",
        "-v",
        "-vv",
        "-vv --errors json",
        &format!("--trace {}", trace.display()),
    ] {
        for line in [
            format!("portal objects {customer} --schema '{{\"settings\":{{}}}}' {way}"),
            format!("portal objects {portal} --schema '{{\"settings\":{{}}}}' {way}"),
            format!("portal post {portal} /customer -f first_name=Ada --jq .customer.id {way}"),
            format!("portal post {customer} /subscriptions/1/delay -f days=1 {way}"),
            format!("portal get {portal} /nowhere --unlisted {way}"),
            format!("portal link {customer} --dry-run {way}"),
            format!("portal post {portal} /customer -f first_name=Ada --dry-run {way}"),
            format!("portal post {portal} /customer -f first_name=Ada --dry-run=curl"),
            "history list -o json".to_owned(),
        ] {
            let outcome = of(&line).env("RECHARGE_PORTAL_TOKEN", &token).runs();
            writeln!(said, "{}{}", outcome.stdout, outcome.stderr).unwrap();
        }
        // A link is what is asked for; beside it nothing is reported.
        let made = of(&format!("portal link {customer} --yes {way}")).succeeds();
        said += &made.stderr;
    }
    assert!(said.contains("/customer_hash/customer"), "{said}");
    assert!(said.contains("RECHARGE_PORTAL_TOKEN"), "{said}");
    let mut files = 0;
    for entry in walk(store.path()) {
        said += &String::from_utf8_lossy(&std::fs::read(entry).unwrap());
        files += 1;
    }
    assert!(files >= 2);
    for secret in [token.as_str(), hash.as_str(), "session_", "link_"] {
        let place = said
            .find(secret)
            .map(|at| &said[at.saturating_sub(200)..at + 20]);
        assert_eq!(place, None, "{secret}");
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[test]
fn portal_of_a_served_sandbox_is_where_its_links_lead() {
    let served = Served::start();
    let of = |line: &str| rc(line).against(&served.url);
    let customer = of("customers list -n 1 --jq .id")
        .succeeds()
        .stdout
        .trim()
        .to_owned();
    let made = of(&format!("portal link {customer} --yes")).succeeds();
    assert!(
        made.stdout.starts_with(&format!("{}/portal/", served.url)),
        "{made:?}"
    );
    let line =
        format!(r#"portal objects {customer} --schema '{{"customer":{{}}}}' --jq .customer.id"#);
    assert_eq!(of(&line).succeeds().stdout.trim(), customer);
}

#[test]
fn answer_without_a_link_is_an_error_that_repeats_nothing_of_it() {
    let reply = |body: &str| {
        Reply::Raw(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        ))
    };
    let session = r#"{"customer_session":{"apiToken":"secret-session-1"}}"#;
    for (second, why) in [
        (
            r#"{"base_url":"http://evil.example.com/","customer_hash":"ab","temp_token":"secret-link-1","portal_url":"x"}"#,
            "must not receive a token",
        ),
        (
            r#"{"base_url":"https://shop.example.com/portal","customer_hash":"../x","temp_token":"secret-link-1","portal_url":"x"}"#,
            "the hash of the customer is not valid",
        ),
        (
            r#"{"base_url":"https://shop.example.com/portal","customer_hash":"ab","portal_url":"secret-link-1"}"#,
            "the response has no temp_token",
        ),
    ] {
        let server = Canned::serve(vec![reply(session), reply(second)]);
        let outcome = rc("portal link 7 --yes").against(&server.url).runs();
        assert_ne!(outcome.code, 0, "{second}");
        let outcome = outcome.says(why);
        assert!(!outcome.stderr.contains("secret-"), "{outcome:?}");
        let asked = server.asked();
        assert_eq!(
            asked[1].header("X-Recharge-Access-Token"),
            Some("secret-session-1")
        );
    }
}

#[test]
fn every_route_is_listed_with_its_source_and_its_twins() {
    let routes = rc("portal routes -o json").succeeds().json();
    let routes = routes.as_array().unwrap().clone();
    assert!(routes.len() >= 70, "{}", routes.len());
    let skip = routes
        .iter()
        .find(|route| route["path"] == "/subscriptions/{id}/skip")
        .unwrap();
    assert_eq!(skip["admin"], "rc charges skip");
    assert_eq!(skip["sdk"], "skipSubscriptionCharge");
    assert_eq!(skip["source"], "public themes");
    let set = recharge_cli::commands::command_line();
    for route in &routes {
        let Some(admin) = route["admin"].as_str() else {
            continue;
        };
        let mut words = admin.split(' ').skip(1);
        let resource = set.find_subcommand(words.next().unwrap());
        assert!(resource.is_some(), "{admin}");
    }
    let table = rc("portal routes").showing(100).succeeds();
    assert!(table.stdout.contains("/addresses/merge"), "{table:?}");
    assert_eq!(
        recharge_cli::catalog::portal::API.auth.variable,
        recharge_cli::config::variable::PORTAL_TOKEN
    );
    let named = |source: &str| routes.iter().any(|route| route["source"] == source);
    for source in ["reference", "public themes", "vendor client", "inferred"] {
        assert!(named(source), "{source}");
    }
}
