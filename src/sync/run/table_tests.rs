//! When a table is read, and what its bookmark says.

use std::time::Duration;

use super::*;
use crate::sync::run::fixture::{
    Customers, Lines, NOW, OneList, at, client, numbered_table, prepare, run, second, table,
};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(86_400);

#[test]
fn a_table_that_can_only_be_read_whole_is_due_after_the_time_of_the_plan() {
    let folder = tempfile::tempdir().unwrap();
    let lines = Lines::default();
    let mut run = run(folder.path(), &lines);
    let (whole, changes) = (table("collections"), table("charges"));
    assert_eq!(whole.method, ReadMethod::Whole);
    let now = at(NOW);
    for (every, read, is_due) in [
        (None, None, true),
        (None, Some(now), true),
        (Some(DAY), None, true),
        (Some(DAY), Some(now), false),
        (
            Some(DAY),
            Some(now.before(DAY.checked_sub(SECOND).unwrap())),
            false,
        ),
        (Some(DAY), Some(now.before(DAY)), true),
        (Some(DAY), Some(now.before(DAY + SECOND)), true),
    ] {
        run.plan.full_every = every;
        let state = TableState {
            read_whole: read,
            ..TableState::default()
        };
        assert_eq!(run.is_due_whole(&state), is_due, "{every:?} {read:?}");
        assert_eq!(run.is_due(&whole, &state), is_due, "{every:?} {read:?}");
        assert!(run.is_due(&changes, &state), "{every:?} {read:?}");
    }
}

#[test]
fn a_table_is_read_again_when_the_plan_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let lines = Lines::default();
    let mut run = run(folder.path(), &lines);
    run.plan.refresh = vec!["charges".to_owned()];
    assert!(run.plan.refreshes(&table("charges")));
    assert!(!run.plan.refreshes(&table("orders")));
}

#[test]
fn a_gap_is_noted_when_the_bookmark_is_older_than_the_list_reaches_back() {
    let folder = tempfile::tempdir().unwrap();
    let lines = Lines::default();
    let run = run(folder.path(), &lines);
    let mut events = table("events");
    events.reach_days = Some(7);
    let noted = |table: &SyncTable, bookmark: Option<Micros>| {
        let state = TableState {
            bookmark,
            ..TableState::default()
        };
        run.note_gap(table, &state, at(NOW));
        lines.take()
    };
    let none: [&str; 0] = [];
    assert_eq!(noted(&events, None), none);
    assert_eq!(noted(&events, Some(at("2026-11-13T12:00:00Z"))), none);
    assert_eq!(
        noted(&events, Some(at("2026-11-13T11:59:59Z"))),
        [
            "events reaches back 7 days: changes between 2026-11-13T11:59:59Z and \
             2026-11-13T12:00:00Z are not in the copy"
        ]
    );
    events.reach_days = None;
    assert_eq!(noted(&events, Some(at("2020-01-01T00:00:00Z"))), none);
}

#[test]
fn a_bookmark_far_in_the_future_is_an_error_unless_a_row_is_of_that_time() {
    let (charges, now) = (table("charges"), at(NOW));
    let check = |bookmark: Option<Micros>, newest: Option<Micros>| {
        let state = TableState {
            bookmark,
            ..TableState::default()
        };
        let total = Total {
            newest,
            ..Total::default()
        };
        let checked = SyncRun::check_bookmark(&charges, &state, now, &total);
        checked.map_err(ListFailure::into_error)
    };
    let future = now.after(CLOCKS_APART + SECOND);
    for (bookmark, newest) in [
        (None, None),
        (Some(now), None),
        (Some(now.after(CLOCKS_APART)), None),
        (Some(future), Some(future)),
    ] {
        assert!(check(bookmark, newest).is_ok(), "{bookmark:?} {newest:?}");
    }
    for newest in [None, Some(now)] {
        let error = check(Some(future), newest).unwrap_err();
        assert_eq!(error.kind, Kind::Partial);
        assert_eq!(
            error.message,
            "its bookmark 2026-11-21T12:00:01Z is in the future"
        );
        assert_eq!(
            error.hints,
            ["--refresh charges reads the table again from the beginning"]
        );
    }
}

#[test]
fn a_table_that_was_read_or_is_not_due_is_as_it_should_be() {
    use crate::sync::destination::Missing;
    let failed = || Error::new(Kind::Partial, "no".to_owned());
    for (end, is_good) in [
        (TableEnd::Done, true),
        (TableEnd::NotDue, true),
        (TableEnd::Forbidden(failed()), false),
        (TableEnd::TooManyGone(Missing::default()), false),
        (TableEnd::Failed(failed()), false),
    ] {
        let report = TableReport::unread(&table("charges"), end);
        assert_eq!(report.is_good(), is_good, "{report:?}");
    }
}

/// Reads a window of customers at second 650; returns the requests and the outcome.
fn read_window(customers: &Customers, from: Option<u64>) -> (Vec<String>, Result<()>) {
    let folder = tempfile::tempdir().unwrap();
    let lines = Lines::default();
    let mut run = run(folder.path(), &lines);
    let table = numbered_table("customers");
    let list = customers.clone();
    let client = client(&table, move |asked| list.answer(asked));
    run.clients.insert(table.api.version, client);
    let window = ReadWindow {
        from: from.map(second),
        to: None,
    };
    let reading = ListReading {
        also: &[],
        advance: Advance::AtEnd,
        children: None,
    };
    let (state, mut total) = (TableState::default(), Total::default());
    let runtime = crate::runtime::current_thread().unwrap();
    let read = runtime.block_on(async {
        prepare(&run.worker, &[&table]).await;
        let around = (second(650), &state);
        run.read_windows(&table, window, reading, around, &mut total)
            .await
    });
    (customers.asked(), read.map_err(ListFailure::into_error))
}

#[test]
fn a_window_that_takes_the_api_too_long_is_halved_from_the_last_row_that_was_stored() {
    let mut customers = Customers::new(1..=600);
    customers.refused.insert(2, TOO_LONG);
    let (asked, read) = read_window(&customers, None);
    assert_eq!(
        asked,
        [
            ".. page 1",
            "250.. page 1",
            "250..450 page 1",
            "450.. page 1"
        ]
    );
    read.unwrap();
}

#[test]
fn a_window_of_which_nothing_was_stored_is_halved_from_its_beginning() {
    let mut customers = Customers::new([60, 340, 600]);
    customers.refused.extend([(1, TOO_LONG), (3, TOO_LONG)]);
    let (asked, read) = read_window(&customers, Some(50));
    assert_eq!(
        asked,
        [
            "50.. page 1",
            "50..350 page 1",
            "350.. page 1",
            "350..500 page 1",
            "500.. page 1"
        ]
    );
    read.unwrap();
}

#[test]
fn a_window_that_the_api_refuses_for_another_reason_is_not_halved() {
    let mut customers = Customers::new([60]);
    customers.refused.insert(1, 500);
    let (asked, read) = read_window(&customers, Some(50));
    assert_eq!(asked, ["50.. page 1"]);
    let answer = read.unwrap_err().answer.unwrap();
    assert_eq!(answer.status, 500);
}

#[test]
fn deletions_are_looked_for_unless_the_table_was_empty_before() {
    for is_refreshed in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let lines = Lines::default();
        let mut run = run(folder.path(), &lines);
        let table = numbered_table("customers");
        let customers = Customers::new([1, 2]);
        let list = customers.clone();
        let client = client(&table, move |asked| list.answer(asked));
        run.clients.insert(table.api.version, client);
        if is_refreshed {
            run.plan.refresh = vec![table.name.clone()];
        }
        let runtime = crate::runtime::current_thread().unwrap();
        runtime.block_on(prepare(&run.worker, &[]));
        for _ in 0..2 {
            let reports = runtime.block_on(run.table(&table)).unwrap();
            assert!(matches!(reports[0].end, TableEnd::Done), "{reports:?}");
        }
        let asked = customers.asked();
        if is_refreshed {
            assert_eq!(asked, [".. page 1"; 4]);
        } else {
            assert_eq!(asked, [".. page 1", "2.. page 1", ".. page 1"]);
        }
    }
}

#[test]
fn a_whole_table_that_was_read_lately_is_read_again_only_when_the_plan_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let lines = Lines::default();
    let mut run = run(folder.path(), &lines);
    let (collections, list) = (table("collections"), OneList::default());
    list.has(["{\"id\":1}".to_owned()]);
    let client = list.client(&collections);
    run.clients.insert(collections.api.version, client);
    run.plan.full_every = Some(DAY);
    let runtime = crate::runtime::current_thread().unwrap();
    runtime.block_on(prepare(&run.worker, &[]));
    let reports = runtime.block_on(run.table(&collections)).unwrap();
    assert!(matches!(reports[0].end, TableEnd::Done), "{reports:?}");
    let reports = runtime.block_on(run.table(&collections)).unwrap();
    assert!(matches!(reports[0].end, TableEnd::NotDue), "{reports:?}");
    assert_eq!(list.asked(), 1);
    run.plan.refresh = vec!["collections".to_owned()];
    let reports = runtime.block_on(run.table(&collections)).unwrap();
    assert!(matches!(reports[0].end, TableEnd::Done), "{reports:?}");
    assert_eq!((list.asked(), reports[0].rows), (2, 1));
}

#[test]
fn a_table_is_read_up_to_the_lag_and_not_at_all_where_that_is_before_its_bookmark() {
    let now = at(NOW).since(second(0)).as_secs();
    let minute = Duration::from_secs(60);
    for (lag, before, asked) in [
        (
            minute,
            61,
            vec![format!("{}..{} page 1", now - 61, now - 60)],
        ),
        (
            minute,
            60,
            vec![format!("{}..{} page 1", now - 60, now - 60)],
        ),
        (minute, 59, vec![]),
        (Duration::ZERO, 59, vec![format!("{}.. page 1", now - 59)]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let lines = Lines::default();
        let mut run = run(folder.path(), &lines);
        let table = numbered_table("customers");
        let customers = Customers::default();
        let list = customers.clone();
        let client = client(&table, move |asked| list.answer(asked));
        run.clients.insert(table.api.version, client);
        run.plan.lag = lag;
        run.plan.start = Some(second(now - before));
        let (mut state, mut total) = (TableState::default(), Total::default());
        let runtime = crate::runtime::current_thread().unwrap();
        let read = runtime.block_on(async {
            prepare(&run.worker, &[&table]).await;
            run.read(&table, (None, None), &mut state, &mut total).await
        });
        read.map_err(ListFailure::into_error).unwrap();
        assert_eq!(customers.asked(), asked, "{lag:?} {before}");
        assert_eq!(state.completed, Some(at(NOW)));
    }
}

/// Reads a list since a moment, of which it shows one record.
fn list_since(table: &SyncTable, body: &'static str) -> Result<u64> {
    assert!(matches!(table.method, ReadMethod::Since { .. }));
    let folder = tempfile::tempdir().unwrap();
    let lines = Lines::default();
    let mut run = run(folder.path(), &lines);
    let client = client(table, move |_| (200, body.to_owned()));
    run.clients.insert(table.api.version, client);
    let from = Some(at(NOW));
    let request = first_page(table, ReadWindow { from, to: None });
    let mut total = Total::default();
    let runtime = crate::runtime::current_thread().unwrap();
    let read = runtime.block_on(async {
        prepare(&run.worker, &[table]).await;
        run.list(table, request, Advance::AtEnd, from, &mut total)
            .await
    });
    read.map_err(ListFailure::into_error)?;
    Ok(total.rows)
}

#[test]
fn an_older_row_of_a_list_since_a_moment_is_an_error_where_pages_have_numbers() {
    let events = "{\"next_cursor\":null,\"events\":\
                  [{\"id\":1,\"created_at\":\"2026-11-01T10:00:00Z\"}]}";
    assert_eq!(list_since(&table("events"), events).unwrap(), 1);
    let refunds = "{\"data\":[{\"id\":9,\"order_id\":2,\"created\":\"2026-11-01T10:00:00Z\"}],\
                   \"meta\":{\"pagination\":{\"total_pages\":1,\"current_page\":1}}}";
    let error = list_since(&numbered_table("order_refunds"), refunds).unwrap_err();
    assert_eq!(
        error.message,
        "order_refunds: the API ignored the date: rows since 2026-11-20T12:00:00Z were asked \
         for, and it answered with one of 2026-11-01T10:00:00Z"
    );
}
