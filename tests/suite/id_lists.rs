//! Many ids for one verb: `1,2`, and the column of a CSV.

use crate::harness::{Store, rc};

#[test]
fn ids_are_joined_by_commas_in_every_verb_that_takes_several() {
    let store = Store::new();
    let ids = store.ids("subscriptions list --status active -n 3");
    let joined = format!("{},{}", ids[0], ids[1]);
    rc(&format!("subscriptions get {joined} {} --jq .id", ids[2]))
        .within(&store)
        .succeeds()
        .prints(&format!("{}\n", ids.join("\n")));
    rc(&format!(
        "subscriptions update {joined} --quantity 2 --jq .quantity"
    ))
    .within(&store)
    .succeeds()
    .prints("2\n2\n");
    for (words, says) in [("1,x", "x: not a whole number"), ("1,,2", "an id is empty")] {
        rc(&format!("subscriptions get {words}"))
            .within(&store)
            .fails(2)
            .says(says);
    }
    // Also where a word may be an email address.
    let ids = store.ids("customers list -n 2");
    rc(&format!("customers get {} --jq .id", ids.join(",")))
        .within(&store)
        .succeeds()
        .prints(&format!("{}\n", ids.join("\n")));
}

#[test]
fn ids_come_from_the_column_of_a_csv_as_rc_writes_it() {
    let store = Store::new();
    let csv = rc("charges list --status queued -n 3 -o csv -c status,id,customer.email --excel")
        .within(&store)
        .succeeds()
        .stdout;
    let ids = store.ids("charges list --status queued -n 3");
    rc("charges get - --jq .id")
        .stdin(&csv)
        .within(&store)
        .succeeds()
        .prints(&format!("{}\n", ids.join("\n")));
    rc("charges skip - -r --jq .status")
        .stdin(&csv)
        .within(&store)
        .succeeds()
        .prints("skipped\nskipped\nskipped\n");
}

#[test]
fn malformed_row_of_a_csv_is_found_before_anything_is_sent() {
    let store = Store::new();
    let id = store.id("charges list --status queued");
    let csv = format!("id,note\n{id},\"two\nlines\"\nseven,b\n");
    for line in [
        "charges get -",
        "charges skip -",
        "charges get - --dry-run=diff",
    ] {
        let outcome = rc(line).with("-v").stdin(&csv).within(&store).fails(2);
        if !line.contains("diff") {
            let outcome = outcome.says("standard input, line 4: seven: not a whole number");
            outcome.prints_nothing().does_not_say("GET /charges");
        }
    }
    let get = rc(&format!("charges get {id} -r --jq .status"));
    get.within(&store).succeeds().prints("queued\n");
    rc("charges get -")
        .stdin("email,name\na@example.com,b\n")
        .within(&store)
        .fails(2)
        .shows("id_lists-malformed_row_of_a_csv_is_found_before_anything_is_sent");
}
