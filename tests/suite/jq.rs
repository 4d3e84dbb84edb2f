//! Filters from the command line: variables, failures, and what they cannot
//! reach.

use crate::harness::{Store, rc, rc_of};

fn customers(flags: &str) -> crate::harness::Rc {
    rc(&format!("customers list {flags}")).sandboxed()
}

#[test]
fn variables_reach_the_filter_as_they_were_typed() {
    customers("--limit 1 --arg a 5 --argjson b 1.10 --arg c '' --jq '[$a, $b, $c]'")
        .succeeds()
        .prints("[\"5\",1.10,\"\"]\n");
    customers("--limit 1 --argjson z '{\"k\":[null]}' --arg a -5 --jq '$ARGS.named'")
        .succeeds()
        .prints("{\"z\":{\"k\":[null]},\"a\":\"-5\"}\n");
    customers("--limit 1 --jq '$x' --arg x --jq")
        .succeeds()
        .prints("\"--jq\"\n");
}

#[test]
fn variables_go_with_every_command_that_filters() {
    let store = Store::new();
    for line in [
        "store get",
        "api GET /store",
        "openapi",
        "sandbox state",
        "auth status",
        "bulk list",
    ] {
        rc(&format!("{line} --slurp --arg who me -r --jq '$who'"))
            .within(&store)
            .succeeds()
            .prints("me\n");
    }
}

#[test]
fn what_is_wrong_with_a_variable_is_said_before_anything_is_sent() {
    for (flags, said) in [
        ("--arg 1a x --jq .", "--arg 1a: not a valid variable name"),
        ("--arg '$a' x --jq .", "leave out the $ here: --arg a"),
        ("--arg a x --arg a y --jq .", "--arg a: $a is given twice"),
        (
            "--arg a x --argjson a 1 --jq .",
            "--argjson a: $a is given twice",
        ),
        ("--argjson a '{\"b\": }' --jq .", "line 1 column 7"),
        ("--argjson a hello --jq .", "for a text use --arg a TEXT"),
        (
            "--arg email x --jq '.email == $emial'",
            "did you mean `$email`?",
        ),
        ("--jq '.email == $email'", "--arg email VALUE gives it one"),
        ("--arg a x", "--arg needs --jq"),
        ("--arg a", "--arg"),
        ("--jq-errors skip", "--jq-errors needs --jq"),
        ("--jq-errors skip --slurp --jq .", "--slurp makes one list"),
        ("--jq-errors never --jq .", "--jq-errors"),
    ] {
        customers(flags).fails(2).prints_nothing().says(said);
    }
}

#[test]
fn rows_of_a_bulk_run_find_variables_too() {
    let check = |words: &str| {
        rc(&format!("bulk check discounts create - {words}"))
            .sandboxed()
            .stdin("{\"code\":\"SPRING\"}\n")
    };
    let filter = "--jq '{code, value: $value, value_type: $type}'";
    let given = "--arg type percentage --argjson value 10";
    let told = check(&format!("{given} {filter} -o json"))
        .succeeds()
        .json();
    assert_eq!(told["rows"], 1);
    assert_eq!(told["invalid"], 0);
    check(&format!("--arg typ percentage --argjson value 10 {filter}"))
        .fails(2)
        .shows("jq-rows_of_a_bulk_run_find_variables_too");
    check(&format!("{given} {filter} --jq-errors skip"))
        .fails(2)
        .shows("jq-rows_of_a_bulk_run_find_variables_too-2");
    check(given)
        .fails(2)
        .shows("jq-rows_of_a_bulk_run_find_variables_too-3");
}

/// Fails on every record but the first.
const PICKY: &str = "if .id == $first then .id else error(\"not the first\") end";

fn picky(flags: &str) -> crate::harness::Rc {
    let store = Store::new();
    let first = store.id("customers list --limit 1");
    rc(&format!("customers list --argjson first {first} --jq"))
        .with(&format!("'{PICKY}' {flags}"))
        .within(&store)
}

#[test]
fn a_filter_that_fails_names_the_record_and_keeps_what_was_printed() {
    let outcome = picky("")
        .fails(1)
        .shows("jq-a_filter_that_fails_names_the_record_and_keeps_what_was_printed");
    assert_eq!(outcome.stdout.lines().count(), 1);
    picky("--jq-errors stop")
        .fails(1)
        .shows("jq-a_filter_that_fails_names_the_record_and_keeps_what_was_printed-2");
}

#[test]
fn records_that_a_filter_fails_on_can_be_skipped() {
    let all = customers("--slurp --jq length").succeeds().stdout;
    let left: u64 = all.trim().parse::<u64>().unwrap() - 1;
    assert!(left > 3);
    let outcome = picky("--jq-errors skip")
        .succeeds()
        .says(&format!(
            "{left} records left out, where the filter failed; the first 3:"
        ))
        .says("record 4 (id ");
    assert_eq!(outcome.stdout.lines().count(), 1);
    assert!(!outcome.stderr.contains("record 5"), "{}", outcome.stderr);
    let outcome = picky("--jq-errors skip -o csv --errors json").succeeds();
    let notes = outcome.stderr.lines().count();
    assert_eq!(notes, 4, "{}", outcome.stderr);
    assert!(outcome.stderr.starts_with("{\"kind\":\"note\""));
}

#[test]
fn a_filter_that_ends_the_work_asks_for_no_further_page() {
    customers("--page-size 1 --jq '1, halt, 2'")
        .succeeds()
        .prints("1\n")
        .says_nothing();
    customers("--jq '\"enough\" | halt_error'")
        .fails(1)
        .shows("jq-a_filter_that_ends_the_work_asks_for_no_further_page");
}

#[test]
fn a_filter_sees_nothing_of_the_process() {
    for filter in [
        "env",
        "$ENV.RECHARGE_ACCESS_TOKEN",
        "input",
        "[inputs]",
        "input_filename",
        "input_line_number",
        "debug",
        "debug(\"x\")",
        "stderr",
        "modulemeta",
        "get_search_list",
        "$__loc__",
        "import \"a\" as a; .",
        "include \"a\"; .",
        "import \"a\" as $a; $a",
    ] {
        rc("customers list --jq")
            .with(&format!("'{filter}'"))
            .env("RECHARGE_ACCESS_TOKEN", "sk_secret")
            .sandboxed()
            .fails(2)
            .prints_nothing();
    }
}

#[test]
fn very_verbose_command_says_which_fields_the_filter_reads() {
    for (filter, said) in [
        (".id", "the filter reads only id"),
        (
            "{id, email: .customer.email}",
            "the filter reads only id, customer.email",
        ),
        ("keys", "the filter reads records in whole"),
        ("1", "the filter reads no field of a record"),
    ] {
        let words = ["orders", "list", "-n", "1", "--jq", filter, "-vv"];
        let outcome = rc_of(words.map(str::to_owned))
            .within(&Store::new())
            .succeeds();
        let first = outcome.stderr.lines().next().unwrap();
        assert_eq!(first, format!("note: {said}"));
    }
}

#[test]
fn watch_and_figures_read_only_the_fields_that_their_filter_needs() {
    let store = Store::new();
    for (line, said) in [
        (
            "orders list -n 1 --watch 5 --jq .record.id -vv",
            "the filter reads only record.id",
        ),
        (
            "orders list -n 1 --watch 5 --jq keys -vv",
            "the filter reads records in whole",
        ),
        (
            "stats orders --by status --jq .count -vv",
            "the filter reads only count",
        ),
    ] {
        let outcome = rc(line).within(&store).until(3).succeeds();
        let notes = format!("note: {said}");
        assert!(
            outcome.stderr.lines().any(|line| line == notes),
            "{line}: {}",
            outcome.stderr
        );
        assert!(!outcome.stdout.is_empty(), "{line}");
    }
}
