//! What the store of the sandbox holds: made up from a seed, dumped, loaded.

use crate::harness::{Store, rc};

#[test]
fn a_made_up_store_takes_the_place_of_the_other_when_that_is_agreed() {
    let store = Store::new();
    let count = |store: &Store| store.ids("customers list").len();
    assert_eq!(count(&store), 60);
    let line = "sandbox seed --customers 7 --seed 3";
    rc(line)
        .holding(&store)
        .fails(2)
        .shows("stores-a_made_up_store_takes_the_place_of_the_other_when_that_is_agreed");
    assert_eq!(count(&store), 60);
    rc(line)
        .holding(&store)
        .on_terminal(80)
        .answering(&["y"])
        .succeeds()
        .says("7 customers");
    assert_eq!(count(&store), 7);
    let emails = || rc("customers list --jq .email").within(&store).succeeds();
    let first = emails().stdout;
    rc("sandbox seed --customers 7 --seed 4 --yes")
        .holding(&store)
        .succeeds();
    assert_ne!(emails().stdout, first);
    rc(line).with("--yes").holding(&store).succeeds();
    assert_eq!(emails().stdout, first, "the same seed, the same store");
    rc("sandbox seed --customers 0").fails(2);
    rc("sandbox seed")
        .fails(2)
        .shows("stores-a_made_up_store_takes_the_place_of_the_other_when_that_is_agreed-2");
}

#[test]
fn a_store_that_is_dumped_can_be_loaded_elsewhere() {
    let (one, other) = (Store::new(), Store::new());
    let id = one.id("customers list");
    rc(&format!("customers update {id} --email moved@example.com"))
        .within(&one)
        .succeeds();
    let dumped = rc("sandbox dump").holding(&one).succeeds().stdout;
    let file = one.path().join("snapshot.json");
    std::fs::write(&file, &dumped).unwrap();
    rc("sandbox load --yes")
        .with(file.to_str().unwrap())
        .holding(&other)
        .showing(80)
        .succeeds()
        .says("snapshot.json");
    rc("sandbox dump")
        .holding(&other)
        .succeeds()
        .prints(&dumped);
    rc(&format!("customers get {id} --jq .email -r"))
        .within(&other)
        .succeeds()
        .prints("moved@example.com\n");
    let third = Store::new();
    rc("sandbox load -")
        .holding(&third)
        .stdin(&dumped)
        .succeeds();
    rc("sandbox dump")
        .holding(&third)
        .succeeds()
        .prints(&dumped);
}

#[test]
fn what_was_not_dumped_is_not_loaded_and_changes_nothing() {
    let store = Store::new();
    let before = rc("sandbox dump").holding(&store).succeeds().stdout;
    let file = store.path().join("else.json");
    for text in ["", "{}", "[1, 2]", &before[..before.len() / 2]] {
        std::fs::write(&file, text).unwrap();
        rc("sandbox load --yes")
            .with(file.to_str().unwrap())
            .holding(&store)
            .fails(2)
            .says("else.json")
            .says("rc sandbox dump");
    }
    rc("sandbox load --yes /no/such/file")
        .holding(&store)
        .fails(2)
        .shows("stores-what_was_not_dumped_is_not_loaded_and_changes_nothing");
    rc("sandbox dump")
        .holding(&store)
        .succeeds()
        .prints(&before);
}
