//! What is offered after the words that are typed so far.

use std::sync::Arc;

use super::*;
use crate::catalog;

fn facts() -> Facts {
    let list = |names: &'static [&'static str]| -> List<()> {
        Arc::new(move |()| names.iter().map(|name| (*name).to_owned()).collect())
    };
    Facts {
        profiles: list(&["garden", "coffee"]),
        jobs: list(&["k3f9xq", "aaaaaa"]),
        ids: Arc::new(|resource| match resource {
            "subscriptions" => vec!["30".to_owned(), "4".to_owned()],
            "customers" => vec!["7".to_owned()],
            _ => Vec::new(),
        }),
    }
}

/// What is offered for the last word of a line.
fn offered(line: &str) -> Offer {
    let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
    let line = TypedLine {
        shell: Shell::Zsh,
        words,
        before: String::new(),
    };
    offer(&crate::commands::all(), &line, &facts())
}

fn values(line: &str) -> Vec<String> {
    let offer = offered(line);
    let values = offer.candidates.into_iter();
    values.map(|candidate| candidate.value).collect()
}

#[test]
fn every_resource_and_every_verb_is_offered() {
    let all = values("rc ");
    for resource in catalog::recharge::API.resources {
        let name = catalog::kebab(resource.name);
        assert!(all.contains(&name), "{name}");
        let verbs = values(&format!("rc {name} "));
        for operation in resource.operations {
            let verb = catalog::kebab(operation.verb);
            assert!(verbs.contains(&verb), "{name} {verb}: {verbs:?}");
        }
    }
    assert_eq!(values("rc subsc"), ["subscriptions"]);
    assert_eq!(values("rc subscriptions skip-g"), ["skip-gift"]);
    assert_eq!(values("rc subscriptions gi"), ["gift"]);
    for more in ["bulk", "auth", "help", "completions", "man"] {
        assert!(all.contains(&more.to_owned()), "{more}");
    }
}

#[test]
fn every_flag_of_every_operation_is_offered() {
    for (resource, operation) in catalog::recharge::API.operations() {
        let (name, verb) = (
            catalog::kebab(resource.name),
            catalog::kebab(operation.verb),
        );
        let flags = values(&format!("rc {name} {verb} --"));
        for parameter in operation.flags().filter(|flag| flag.name != "limit") {
            let flag = format!("--{}", parameter.flag_name());
            assert!(flags.contains(&flag), "{name} {verb} {flag}");
        }
    }
}

#[test]
fn flags_wait_until_somebody_begins_one() {
    assert!(
        values("rc subscriptions ")
            .iter()
            .all(|value| !value.starts_with('-'))
    );
    let flags = values("rc subscriptions list ");
    assert!(flags.contains(&"--status".to_owned()));
    assert!(flags.iter().all(|flag| flag.starts_with("--")), "{flags:?}");
    assert!(values("rc subscriptions list -").contains(&"-o".to_owned()));
}

#[test]
fn values_of_enums_are_offered_also_behind_commas_and_equals_signs() {
    let statuses = ["active", "cancelled", "expired"];
    assert_eq!(values("rc subscriptions list --status "), statuses);
    assert_eq!(
        values("rc subscriptions list --status=a"),
        ["--status=active"]
    );
    assert_eq!(
        values("rc subscriptions get 1 --include address,cus"),
        ["address,customer"]
    );
    assert_eq!(values("rc orders list -o n"), ["ndjson"]);
    let answers = values("rc subscriptions cancel 1 --send-email ");
    assert_eq!(answers[..2], ["true", "false"]);
    assert_eq!(
        values("rc subscriptions list --dry-run=c"),
        ["--dry-run=curl"]
    );
}

#[test]
fn columns_are_those_of_the_records_that_come() {
    let columns = values("rc customers list -c em");
    assert_eq!(columns, ["email"]);
    assert_eq!(
        values("rc customers list --columns=id,em"),
        ["--columns=id,email"]
    );
    let rest = values("rc customers list -c id,email,");
    assert!(!rest.contains(&"id,email,id".to_owned()));
    assert!(rest.contains(&"id,email,first_name".to_owned()));
    assert!(values("rc subscriptions list -c custo").len() == 1);
    assert_eq!(
        values("rc subscriptions list --include customer -c inc"),
        ["include.customer"]
    );
}

#[test]
fn profiles_jobs_and_ids_are_what_the_machine_knows() {
    assert_eq!(values("rc store get --profile "), ["garden", "coffee"]);
    assert_eq!(values("rc --profile g"), ["garden"]);
    assert_eq!(values("rc profile use c"), ["coffee"]);
    assert_eq!(values("rc bulk status "), ["k3f9xq", "aaaaaa"]);
    assert_eq!(values("rc bulk resume a"), ["aaaaaa"]);
    assert_eq!(values("rc subscriptions get "), ["30", "4"]);
    assert_eq!(values("rc subscriptions cancel 4 3"), ["30"]);
    assert_eq!(values("rc customers delivery-schedule "), ["7"]);
}

#[test]
fn fields_are_offered_with_their_values() {
    let offer = offered("rc bulk discounts create new.csv --const sta");
    assert_eq!(offer.next, Next::Rest);
    assert!(
        offer
            .candidates
            .iter()
            .any(|field| field.value == "starts_at=")
    );
    let types = values("rc bulk discounts create new.csv --const value_type=p");
    assert_eq!(types, ["value_type=percentage"]);
    assert_eq!(
        values("rc subscriptions update 1 --set quan"),
        ["quantity="]
    );
}

#[test]
fn help_goes_on_with_topics_and_with_the_words_of_a_command() {
    let all = values("rc help ");
    assert_eq!(all[0], "output");
    assert!(all.contains(&"subscriptions".to_owned()));
    assert_eq!(all.iter().filter(|word| *word == "sandbox").count(), 1);
    assert_eq!(values("rc help exit"), ["exit-codes"]);
    assert!(values("rc help subscriptions ").contains(&"cancel".to_owned()));
    assert!(values("rc help subscriptions list ").is_empty());
    assert_eq!(values("rc man exit"), [""; 0]);
    assert_eq!(values("rc man webh"), ["webhooks"]);
}

#[test]
fn files_are_left_to_the_shell() {
    for line in [
        "rc orders list --out ",
        "rc orders list --out=or",
        "rc bulk discounts create ",
        "rc sandbox load ",
    ] {
        assert_eq!(offered(line).next, Next::Files, "{line}");
    }
}

#[test]
fn paths_fit_the_method() {
    assert!(values("rc api GET /sub").contains(&"/subscriptions".to_owned()));
    assert!(!values("rc api post /").contains(&"/events".to_owned()));
}

#[test]
fn words_that_mean_nothing_are_passed_over() {
    for line in [
        "rc nonsense ",
        "rc subscriptions nonsense ",
        "rc -- ",
        "rc --nonsense=x",
        "rc \u{1f600} ",
    ] {
        let _ = offered(line);
    }
}

#[test]
fn only_what_the_words_name_is_built() {
    let words = ["rc", "orders", "list"].map(OsString::from);
    let root = built(&crate::commands::all(), &words);
    let verbs = |name: &str| {
        root.find_subcommand(name)
            .map(|inner| inner.get_subcommands().count())
    };
    assert!(verbs("orders") > Some(3));
    assert_eq!(verbs("charges"), Some(0));
    assert_eq!(verbs("bulk"), Some(0));
}

#[test]
fn each_shell_reads_its_own_way() {
    let offer = Offer {
        next: Next::Rest,
        candidates: vec![Completion {
            value: "status=".to_owned(),
            about: Some("its status".to_owned()),
        }],
    };
    assert_eq!(Shell::Bash.answer(&offer), ":nospace\nstatus=\n");
    assert_eq!(
        Shell::Fish.answer(&offer),
        ":nospace\nstatus=\tits status\n"
    );
}
