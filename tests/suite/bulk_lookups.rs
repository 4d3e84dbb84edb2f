//! `--lookup`: columns that name objects by an email or a code.

use serde_json::Value;

use crate::bulk::{bulk, file};
use crate::harness::{Rc, Store, rc};

const ADDRESS: &str = "first_name,last_name,address1,city,zip,country_code,province,phone";
const ADA: &str = "Ada,King,12 St James Sq,London,SW1Y4JH,GB,,";

fn email_of(store: &Store, id: &str) -> String {
    let shown = rc(&format!("customers get {id} -o json")).within(store);
    shown.succeeds().json()["email"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn addresses(store: &Store, rows: &str) -> Rc {
    let path = file(store, "addresses.csv", &format!("E-Mail,{ADDRESS}\n{rows}"));
    bulk("addresses create", &path).with("--lookup E-Mail=customer_id")
}

#[test]
fn email_is_sent_as_the_id_of_its_customer() {
    let store = Store::new();
    let ids = store.ids("customers list --limit 2");
    let (first, second) = (email_of(&store, &ids[0]), email_of(&store, &ids[1]));
    let rows = format!(
        "{},{ADA}\n{second},{ADA}\n{first},{ADA}\n",
        first.to_uppercase()
    );
    let outcome = addresses(&store, &rows)
        .with("--dry-run=curl")
        .within(&store)
        .succeeds()
        .says("looking up 2 values of E-Mail, with at most 4 reads");
    for (id, times) in [(&ids[0], 2), (&ids[1], 1)] {
        let sent = format!("\"customer_id\":{id}");
        assert_eq!(outcome.stdout.matches(&sent).count(), times, "{outcome:?}");
    }
}

#[test]
fn import_with_a_lookup_tells_its_reads_in_the_plan() {
    let store = Store::new();
    let id = store.id("customers list --limit 1");
    let email = email_of(&store, &id);
    let before = store
        .ids(&format!("addresses list --customer-id {id}"))
        .len();
    addresses(&store, &format!("{email},{ADA}\n"))
        .within(&store)
        .succeeds()
        .says("; 1 read looked up ids");
    let after = store
        .ids(&format!("addresses list --customer-id {id}"))
        .len();
    assert_eq!(after, before + 1);
}

#[test]
fn unknown_email_is_a_finding_with_its_line_and_nothing_is_sent() {
    let store = Store::new();
    let email = email_of(&store, &store.id("customers list --limit 1"));
    let rows = format!("{email},{ADA}\nnobody@example.com,{ADA}\n,{ADA}\n");
    addresses(
        &store,
        &format!("{email},{ADA}\nnobody@example.com,{ADA}\n"),
    )
    .within(&store)
    .fails(2)
    .shows("bulk_lookups-unknown_email_is_a_finding_with_its_line_and_nothing_is_sent");
    // What needs no read is found before the first one.
    let outcome = addresses(&store, &rows)
        .within(&store)
        .fails(2)
        .shows("bulk_lookups-unknown_email_is_a_finding_with_its_line_and_nothing_is_sent-2");
    assert!(!outcome.stderr.contains("looking up"), "{outcome:?}");
    // Rows that are wrong in either way are left out.
    addresses(&store, &rows)
        .with("--skip-invalid --dry-run=curl")
        .within(&store)
        .succeeds()
        .says("2 rows wrong and left out");
}

#[test]
fn several_matches_are_a_finding_with_their_ids() {
    let store = Store::new();
    let created = rc("customers create --email two@example.com --first-name T --last-name W")
        .with("-o json")
        .within(&store)
        .succeeds()
        .json();
    let id = created["id"].as_u64().unwrap();
    let address = || {
        let line = "addresses create --first-name Ada --last-name King --address1 x --city London \
                    --province '' --zip SW1Y4JH --country-code GB --phone ''";
        let made = rc(&format!("{line} --customer-id {id} -o json")).within(&store);
        made.succeeds().json()["id"].as_u64().unwrap()
    };
    let path = file(&store, "moves.csv", "email,city\nTWO@example.com,Leeds\n");
    let moves = || {
        bulk("check addresses update", &path)
            .with("--lookup email=id -o json")
            .within(&store)
    };
    moves()
        .fails(2)
        .shows("bulk_lookups-several_matches_are_a_finding_with_their_ids");
    let one = address();
    let checked: Value = moves().succeeds().json();
    assert_eq!(
        (&checked["rows"], &checked["reads"]),
        (&1.into(), &2.into())
    );
    let two = address();
    let (low, high) = (one.min(two), one.max(two));
    moves().fails(2).says(&format!(
        "several addresses with this email ({low}, {high})"
    ));
}

#[test]
fn codes_are_looked_up_and_rows_for_one_object_are_found() {
    let store = Store::new();
    for code in ["FERN", "MOSS"] {
        rc(&format!(
            "discounts create --code {code} --value 5 --value-type percentage"
        ))
        .within(&store)
        .succeeds();
    }
    let path = file(
        &store,
        "codes.csv",
        "Promo Code,status\nfern,disabled\nMOSS,disabled\nFERN,disabled\n",
    );
    bulk("check discounts update", &path)
        .with("--lookup 'Promo Code=id'")
        .within(&store)
        .fails(2)
        .shows("bulk_lookups-codes_are_looked_up_and_rows_for_one_object_are_found");
}

#[test]
fn duplicates_behind_different_emails_name_the_id_and_both_lines() {
    let store = Store::new();
    let id = store.id("customers list --limit 1");
    let email = email_of(&store, &id);
    let rows = format!("{email},{ADA}\n{},{ADA}\n", email.to_uppercase());
    let path = file(
        &store,
        "people.csv",
        &format!(
            "email,phone\n{email},+14155550123\n{},+14155550124\n",
            email.to_uppercase()
        ),
    );
    bulk("check customers update", &path)
        .with("--lookup email=id")
        .within(&store)
        .fails(2)
        .says(&format!("people.csv:3: email: {id}: the same id as line 2"));
    // What names its object in the body: two rows that ask for the same.
    addresses(&store, &rows)
        .within(&store)
        .with("--dry-run=curl")
        .succeeds();
}

#[test]
fn rows_of_json_are_looked_up() {
    let store = Store::new();
    let id = store.id("customers list --limit 1");
    let row =
        serde_json::json!({"email": email_of(&store, &id), "note": "+14155550123"}).to_string();
    let path = file(&store, "notes.ndjson", &row);
    bulk("customers update", &path)
        .with("--lookup email=id --jq '{email, phone: .note}' --dry-run=curl")
        .within(&store)
        .succeeds()
        .prints_in(&format!("/customers/{id}"));
}

#[test]
fn id_of_elsewhere_that_a_spreadsheet_spoiled_is_found_before_any_read() {
    let store = Store::new();
    let text = "external_order_id,scheduled_at\n18261322956851.0,2027-01-05\n\
                1.82613E+13,2027-01-05\n";
    let path = file(&store, "orders.csv", text);
    let outcome = bulk("check orders update", &path)
        .with("--lookup external_order_id=id")
        .within(&store)
        .fails(2)
        .shows("bulk_lookups-id_of_elsewhere_that_a_spreadsheet_spoiled_is_found_before_any_read");
    assert!(!outcome.stderr.contains("looking up"), "{outcome:?}");
}

#[test]
fn lookup_comes_before_a_saved_name_of_its_column() {
    let store = Store::new();
    let id = store.id("customers list --limit 1");
    let names = file(&store, "names.txt", "E-Mail=address2\n");
    let outcome = addresses(&store, &format!("{},{ADA}\n", email_of(&store, &id)))
        .with(&format!("--map '@{}' --dry-run=curl", names.display()))
        .within(&store)
        .succeeds()
        .prints_in(&format!("\"customer_id\":{id}"));
    assert!(!outcome.stdout.contains("address2"), "{outcome:?}");
}

#[test]
fn many_emails_are_read_in_pages() {
    let store = Store::new();
    let listed = rc("customers list --limit 60 -o json")
        .within(&store)
        .succeeds();
    let listed = listed.json();
    let customers = listed.as_array().unwrap();
    let row = |customer: &Value| format!("{},{ADA}\n", customer["email"].as_str().unwrap());
    let rows = customers.iter().map(row).collect::<Vec<_>>().concat();
    let path = file(&store, "addresses.csv", &format!("email,{ADDRESS}\n{rows}"));
    let checked = bulk("check addresses create", &path)
        .with("--lookup email=customer_id -o json")
        .within(&store)
        .succeeds()
        .json();
    assert_eq!(checked["rows"], customers.len());
    let reads = checked["reads"].as_u64().unwrap();
    assert!(reads < 20, "{reads} reads for {} emails", customers.len());
}

#[test]
fn lookup_that_cannot_be_is_refused_before_anything_is_read() {
    let store = Store::new();
    let path = file(&store, "a.csv", &format!("email,{ADDRESS}\n"));
    for (words, problem) in [
        ("--lookup email", "--lookup email=customer_id"),
        ("--lookup email=custmer_id", "did you mean `customer_id`?"),
        ("--lookup email=city", "found by its id only"),
        (
            "--lookup email=customer_id --map email=city",
            "--map and --lookup both name the column email",
        ),
        (
            "--lookup mail=customer_id",
            "--lookup mail=…: the file has no column mail",
        ),
    ] {
        bulk("check addresses create", &path)
            .with(words)
            .fails(2)
            .says(problem);
    }
    rc("bulk check addresses create - --lookup email=customer_id")
        .fails(2)
        .shows("bulk_lookups-lookup_that_cannot_be_is_refused_before_anything_is_read");
}
