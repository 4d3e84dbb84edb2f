//! Writes whose answers prove nothing, alone and many: unknown, with exit code,
//! reason and where to look.

use crate::answers::answered;
use crate::canned::{Canned, Reply};
use crate::harness::rc;

const UNKNOWN: &str = "it is unknown whether the API carried it out";

#[test]
fn a_write_is_done_only_when_its_answer_proves_it() {
    for line in [
        "subscriptions update 101 --quantity 2",
        "subscriptions delete 101 --yes",
        "customers notify 101 --type email --template-type get_account_access --yes",
        "api PUT /subscriptions/101 -f quantity=2",
        "api DELETE /subscriptions/101 --yes",
    ] {
        for (status, body) in [
            (200, "<html>maintenance</html>"),
            (200, "{\"errors\":\"you are blocked\"}"),
            (202, "{\"subscription\":{\"id\":101}}"),
            (206, "{\"subscription\":{\"id\":101}}"),
            (299, "nope"),
        ] {
            let (outcome, asked) = answered(line, vec![Reply::Json(status, body)]);
            assert_eq!((outcome.code, asked), (6, 1), "{line}: {status} {body}");
            let outcome = outcome.says(UNKNOWN).says(&format!("(status {status})"));
            if !line.contains("notify") {
                outcome.says("check with: rc subscriptions get 101");
            }
        }
    }
    let (outcome, _) = answered(
        "subscriptions update 101 --quantity 2",
        vec![Reply::Json(200, "{\"subscription\":{\"id\":102}}")],
    );
    assert_eq!(outcome.code, 6);
    outcome.says("about 102, not about 101");
}

#[test]
fn a_write_that_answers_nothing_is_done_with_an_empty_answer() {
    for line in [
        "subscriptions delete 101 --yes",
        "api DELETE /subscriptions/101 --yes",
    ] {
        for (status, body) in [(204, ""), (200, ""), (200, "{}"), (200, "[]")] {
            let (outcome, _) = answered(line, vec![Reply::Json(status, body)]);
            assert_eq!(outcome.code, 0, "{line}: {status} {body}: {outcome:?}");
        }
    }
}

#[test]
fn a_refusal_after_a_lost_answer_is_unknown_unless_it_is_about_form() {
    let form = "{\"errors\":{\"quantity\":[\"Not a valid integer.\"]}}";
    for (status, body, code) in [
        (401, "{\"error\":\"bad authentication\"}", 6),
        (403, "{\"error\":\"no\"}", 6),
        (404, "{\"errors\":\"Not Found\"}", 6),
        (415, "{}", 6),
        (422, "{\"errors\":{\"status\":\"is cancelled\"}}", 6),
        (422, form, 5),
    ] {
        let replies = vec![Reply::HangUp, Reply::Json(status, body)];
        let (outcome, asked) = answered("subscriptions update 1 --quantity 2", replies);
        assert_eq!((outcome.code, asked), (code, 2), "{status} {body}");
        assert_eq!(outcome.stderr.contains(UNKNOWN), code == 6, "{outcome:?}");
        if status == 404 {
            outcome.says("it does not exist");
        }
        // Without a loss it is a refusal.
        let replies = vec![Reply::Json(status, body)];
        let (outcome, _) = answered("subscriptions update 1 --quantity 2", replies);
        assert!(!outcome.stderr.contains(UNKNOWN), "{outcome:?}");
    }
}

#[test]
fn a_skip_of_items_is_not_sent_again_when_its_answer_is_lost() {
    for line in [
        "charges skip 7 --purchase-item-ids 1",
        "charges unskip 7 --purchase-item-ids 1",
        "api POST /charges/7/skip -f purchase_item_ids=[1]",
    ] {
        let (outcome, asked) = answered(line, vec![Reply::HangUp]);
        assert_eq!((outcome.code, asked), (6, 1), "{line}");
        outcome.says("check before you send it again");
    }
}

#[test]
fn many_ids_count_what_is_unknown_apart_from_what_failed() {
    let server = Canned::serve(vec![
        Reply::Json(204, ""),
        Reply::Json(200, "<html>"),
        Reply::Json(404, "{\"errors\":\"Not Found\"}"),
    ]);
    let outcome = rc("subscriptions delete 1 2 3 --yes -o json")
        .against(&server.url)
        .fails(7);
    server.asked();
    let lines: Vec<serde_json::Value> = outcome
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let unknown = lines.iter().filter(|line| line["unknown"] == true);
    assert_eq!(unknown.count(), 1, "{lines:?}");
    let last = lines.last().unwrap();
    assert_eq!(last["kind"], "partial");
    assert_eq!(
        last["message"],
        "subscriptions delete: 1 of 3 failed, 1 unknown"
    );
    let hint = last["hint"].as_str().unwrap();
    assert!(
        hint.contains("unknown whether it was carried out for: "),
        "{hint}"
    );
}
