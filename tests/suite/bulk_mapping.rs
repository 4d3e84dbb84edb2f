//! Names of columns: proposed and confirmed on a terminal, printed as flags
//! elsewhere, saved to a file and read again.

use crate::bulk::{bulk, file};
use crate::harness::Store;

const SHEET: &str = "Promo Code,Discount,Discount type,Who asked\nFERN,5,percentage,Ada\n";
const SENT: &str = "\"code\":\"FERN\"";

#[test]
fn proposed_names_are_shown_and_used_when_confirmed() {
    let store = Store::new();
    let path = file(&store, "codes.csv", SHEET);
    let outcome = bulk("discounts create", &path)
        .sandboxed()
        .with("--dry-run=curl")
        .on_terminal(100)
        .answering(&["y"])
        .succeeds();
    for line in [
        "4 columns have names that discounts create does not know",
        "  Promo Code     → code",
        "  Discount       → value",
        "  Discount type  → value_type",
        "  Who asked      → (left out)",
    ] {
        assert!(outcome.stderr.contains(line), "{outcome:?}");
    }
    assert!(outcome.questions.contains("Use these names? [y/N]"));
    outcome.prints_in(SENT);
}

#[test]
fn proposed_names_are_not_used_when_refused_or_when_nobody_is_asked() {
    let store = Store::new();
    let path = file(&store, "codes.csv", SHEET);
    let flags = "--map 'Promo Code=code' --map 'Discount=value' --map 'Discount type=value_type' \
                 --map 'Who asked='";
    let run = || bulk("check discounts create", &path);
    let refused = run().on_terminal(100).answering(&["n"]);
    refused.fails(2).says(flags);
    // --yes confirms no name.
    run().with("--yes").fails(2).says(flags);
    run().with(flags).succeeds();
}

#[test]
fn saved_names_are_used_again() {
    let store = Store::new();
    let path = file(&store, "codes.csv", SHEET);
    let saved = store.path().join("names.txt");
    bulk("check discounts create", &path)
        .with(&format!("--save-map '{}'", saved.display()))
        .on_terminal(100)
        .answering(&["y"])
        .succeeds()
        .says("--map @");
    let text = std::fs::read_to_string(&saved).unwrap();
    assert_eq!(
        text,
        "Promo Code=code\nDiscount=value\nDiscount type=value_type\nWho asked=\n"
    );
    let with_map =
        |path| bulk("check discounts create", path).with(&format!("--map '@{}'", saved.display()));
    with_map(&path).succeeds();
    // A column of the file that this input does not have says nothing here.
    let other = file(
        &store,
        "more.csv",
        "Promo Code,Discount,Discount type\nA,5,percentage\n",
    );
    with_map(&other).succeeds();
    // A flag comes before the file.
    with_map(&other)
        .with("--map 'Promo Code=status'")
        .fails(2)
        .shows("bulk_mapping-saved_names_are_used_again");
}

#[test]
fn line_of_a_mapping_file_that_is_wrong_is_named() {
    let store = Store::new();
    let path = file(&store, "codes.csv", SHEET);
    for (text, problem) in [
        ("\nPromo Code\n", "names.txt:2: Promo Code: not a mapping"),
        ("a=code\na=value\n", "names.txt:2: a is mapped twice"),
    ] {
        let names = file(&store, "names.txt", text);
        bulk("check discounts create", &path)
            .with(&format!("--map '@{}'", names.display()))
            .fails(2)
            .says(problem);
    }
    bulk("check discounts create", &path)
        .with("--map @/no/such/names.txt")
        .fails(2)
        .shows("bulk_mapping-line_of_a_mapping_file_that_is_wrong_is_named");
}

#[test]
fn mapping_is_not_written_over_the_input() {
    let store = Store::new();
    let path = file(&store, "codes.csv", SHEET);
    bulk("check discounts create", &path)
        .with(&format!("--save-map '{}'", path.display()))
        .fails(2)
        .shows("bulk_mapping-mapping_is_not_written_over_the_input");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), SHEET);
}
