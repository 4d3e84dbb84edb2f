//! Which registrations a file asks for beside those that are there.

use super::*;
use crate::catalog::recharge::{API, FAMILY};

fn wanted(topic: &'static str, address: &str) -> WantedWebhook {
    WantedWebhook {
        topic,
        address: address.to_owned(),
        included: Vec::new(),
        version: None,
    }
}

fn there(id: u64, topic: &str, address: &str) -> RegisteredWebhook {
    RegisteredWebhook {
        id,
        topic: topic.to_owned(),
        address: address.to_owned(),
        included: Vec::new(),
        version: "2021-11".to_owned(),
    }
}

fn parsed(text: &str) -> Result<Vec<WantedWebhook>> {
    let webhooks = API.webhooks().unwrap();
    parse(text, &FAMILY, webhooks, AddressRules { local: false })
}

const A: &str = "https://a.example.com/hooks";
const B: &str = "https://b.example.com/hooks";

#[test]
fn file_says_what_is_wanted() {
    let text = "[[webhook]]\ntopic = \"order/created\"\naddress = \"https://a.example.com/hooks\"\n\
                included_objects = [\"metafields\", \"customer\", \"customer\"]\nversion = \
                \"2021-01\"\n\
                [[webhook]]\ntopic = \"plan/created\"\naddress = \"https://a.example.com/hooks\"\n";
    let found = parsed(text).unwrap();
    let mut order = wanted("order/created", A);
    order.included = vec!["customer".to_owned(), "metafields".to_owned()];
    order.version = Some("2021-01".to_owned());
    assert_eq!(found, [order, wanted("plan/created", A)]);
    assert_eq!(parsed("# nothing\n").unwrap(), []);
}

#[test]
fn file_that_is_wrong_says_where_and_why() {
    let entry = |fields: &str| format!("[[webhook]]\n{fields}\n");
    let good = format!("topic = \"order/created\"\naddress = \"{A}\"");
    for (text, reason) in [
        ("[webhook".to_owned(), "is not TOML"),
        ("[hooks]".to_owned(), "\"hooks\" is not known"),
        ("webhook = 7".to_owned(), "not a list of tables"),
        (
            entry("address = \"https://a.example.com\""),
            "webhook 1 of the file: topic is missing",
        ),
        (entry("topic = \"order/created\""), "address is missing"),
        (
            entry("topic = \"order/made\"\naddress = \"x\""),
            "\"order/made\" is not a topic",
        ),
        (
            entry("topic = \"order/created\"\naddress = \"http://a.example.com\""),
            "is not https",
        ),
        (
            entry("topic = \"order/created\"\naddress = \"https://localhost/x\""),
            "on this machine",
        ),
        (
            entry("topic = \"order/created\"\naddress = \"https://u:p@a.example.com\""),
            "name or password",
        ),
        (
            entry("topic = \"order/created\"\naddress = 7"),
            "address is not a string",
        ),
        (
            entry(&format!("{good}\nincluded_objects = [\"addresses\"]")),
            "cannot include \"addresses\"",
        ),
        (
            entry(&format!("{good}\nincluded_objects = \"customer\"")),
            "not a list of strings",
        ),
        (
            entry(&format!("{good}\nversion = \"2020-01\"")),
            "no version \"2020-01\"",
        ),
        (
            entry(&format!("{good}\nurl = \"x\"")),
            "\"url\" is not known",
        ),
        (entry(&good) + &entry(&good), "is listed twice"),
    ] {
        let error = parsed(&text).unwrap_err();
        assert!(error.message.contains(reason), "{text}: {error}");
        assert!(!error.message.contains("u:p@"), "{error}");
    }
    let many: String = (0..11)
        .map(|at| {
            entry(&format!(
                "topic = \"order/created\"\naddress = \"{A}/{at}\""
            ))
        })
        .collect();
    let error = parsed(&many).unwrap_err();
    assert_eq!(
        error.message,
        "11 webhooks of order/created, and the limit is 10"
    );
}

#[test]
fn plan_creates_updates_and_leaves_what_others_registered() {
    let mut with_customer = wanted("order/created", A);
    with_customer.included = vec!["customer".to_owned()];
    let plan = plan(
        &[
            with_customer.clone(),
            wanted("plan/created", A),
            wanted("charge/paid", A),
        ],
        &[
            there(1, "order/created", A),
            there(2, "plan/created", A),
            there(3, "plan/deleted", B),
        ],
        false,
    );
    assert_eq!(
        plan,
        [
            RegistrationStep::Update(1, with_customer),
            RegistrationStep::Keep(2, wanted("plan/created", A)),
            RegistrationStep::Create(wanted("charge/paid", A)),
            RegistrationStep::Leave(there(3, "plan/deleted", B)),
        ]
    );
}

#[test]
fn plan_that_prunes_moves_an_address_and_deletes_the_rest_first() {
    let plan = plan(
        &[wanted("order/created", B), wanted("plan/created", A)],
        &[
            there(1, "order/created", A),
            there(2, "plan/created", A),
            there(3, "plan/created", A),
        ],
        true,
    );
    assert_eq!(
        plan,
        [
            RegistrationStep::Delete(there(3, "plan/created", A)),
            RegistrationStep::Update(1, wanted("order/created", B)),
            RegistrationStep::Keep(2, wanted("plan/created", A)),
        ]
    );
}

#[test]
fn plan_leaves_a_version_that_the_file_does_not_name() {
    let mut old = there(1, "order/created", A);
    old.version = "2021-01".to_owned();
    let none = plan(&[wanted("order/created", A)], &[old.clone()], true);
    assert!(none.iter().all(|step| !step.changes()));
    let mut named = wanted("order/created", A);
    named.version = Some("2021-11".to_owned());
    assert!(plan(&[named], &[old], true)[0].changes());
}
