//! Plans are read as they were written, and one that was altered is refused.

use std::io::Cursor;

use super::*;

fn about() -> PlanSubject {
    PlanSubject {
        operation: "discounts.update".to_owned(),
        store: JobStore {
            profile: None,
            base_url: "http://127.0.0.1:4010".to_owned(),
            sandbox: true,
            api: "recharge".to_owned(),
            api_version: "2021-11".to_owned(),
            name: Some("Tea & Co".to_owned()),
            fingerprint: None,
            identity: Some(StoreIdentity {
                id: "42".to_owned(),
                domain: Some("tea.example".to_owned()),
            }),
        },
        made_at: "2026-11-20T12:00:00Z".parse().unwrap(),
    }
}

fn change(id: &str, fields: &[&str]) -> ChangeRow {
    let values = |value: &str| {
        let each = fields.iter().map(|name| ((*name).to_owned(), value.into()));
        each.collect::<ObjectValues>()
    };
    ChangeRow {
        id: id.to_owned(),
        task: Task {
            target: format!("/discounts/{id}"),
            body: None,
        },
        before: values("old"),
        after: values("new"),
    }
}

/// The plan of these rows, and how many rows it says it has.
fn written(rows: &[ChangeRow]) -> (u64, String) {
    let mut plan = PlanWriter::new(about()).unwrap();
    for row in rows {
        plan.add(row).unwrap();
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    let count = plan.finish(Box::new(file.reopen().unwrap())).unwrap();
    (count, std::fs::read_to_string(file.path()).unwrap())
}

fn open(text: &str) -> Result<PlanReader> {
    let bytes = text.to_owned().into_bytes();
    PlanReader::open("plan.csv", Box::new(Cursor::new(bytes)))
}

#[test]
fn a_plan_is_read_as_it_was_written_and_says_how_many_rows_it_has() {
    let rows = [
        change("1", &["code"]),
        change("2", &["code", "status"]),
        change("3", &["status"]),
    ];
    let (count, text) = written(&rows);
    assert_eq!(count, 3);
    let header = text.lines().nth(1).unwrap();
    assert_eq!(
        header,
        "id,code now,code new,status now,status new,row,check"
    );
    let mut plan = open(&text).unwrap();
    assert_eq!(plan.subject, about());
    for (line, row) in (3..).zip(rows) {
        assert_eq!(plan.next_row().unwrap(), Some((line, row)));
    }
    assert_eq!(plan.next_row().unwrap(), None);
}

#[test]
fn a_plan_that_changes_no_field_has_the_fewest_columns() {
    let rows = [change("1", &[]), change("2", &[])];
    let (count, text) = written(&rows);
    assert_eq!(count, 2);
    assert_eq!(text.lines().nth(1), Some("id,row,check"));
    let mut plan = open(&text).unwrap();
    for (line, row) in (3..).zip(rows) {
        assert_eq!(plan.next_row().unwrap(), Some((line, row)));
    }
    assert_eq!(plan.next_row().unwrap(), None);
}

#[test]
fn a_header_with_fewer_columns_than_every_plan_has_is_refused() {
    for names in [&["id", "check"][..], &["id"], &[]] {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let begin = first_line(&about());
        let mark = fingerprint(&begin, &names);
        let text = format!("{begin} fingerprint={mark}\n{}\n", names.join(","));
        let error = open(&text).unwrap_err();
        assert_eq!(
            error.message,
            "plan.csv: the first line or the header of the plan was altered; nothing was sent"
        );
        assert_eq!(
            error.hints,
            ["rows may be deleted and sorted; to change anything else, create the plan again"]
        );
    }
}
