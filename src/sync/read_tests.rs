//! Which page ends a list, and what is said about it.

use super::super::destination::{SchemaPolicy, Writer};
use super::super::identity::StoreKey;
use super::super::run::fixture::{Lines, NOW, at, clock, destination, table};
use super::*;

const LIMIT: &str = "2026-11-20T10:00:00Z";
const BEFORE: &str = "2026-11-20T09:59:59Z";
const AFTER: &str = "2026-11-20T10:00:01Z";

/// Reads one page of charges that changed at these times, and calls `then` with the
/// result, the sink and what was said.
fn page_of(
    times: &[&str],
    prepare: impl FnOnce(&mut TableSink<'_>),
    then: impl FnOnce(Flow, &TableSink<'_>, &[String]),
) {
    let folder = tempfile::tempdir().unwrap();
    let (worker, lines, clock) = (destination(folder.path()), Lines::default(), clock());
    let mut total = Total::default();
    let around: (_, &dyn SyncObserver, _) = (&worker, &lines, &clock);
    let mut sink = TableSink::new(around, "charges", Advance::AtEnd, &mut total);
    prepare(&mut sink);
    let flow = crate::runtime::current_thread().unwrap().block_on(async {
        let begin = |destination: &mut dyn Destination| {
            let store = StoreKey {
                api: "recharge".to_owned(),
                store: "1".to_owned(),
                host: "sandbox".to_owned(),
            };
            let writer = Writer {
                process: 1,
                host: "here".to_owned(),
            };
            destination.begin(&store, &writer, at(NOW))?;
            destination.prepare(&table("charges"), SchemaPolicy::Evolve)
        };
        worker.call(begin).await.unwrap();
        for (id, time) in (1..).zip(times) {
            let record = format!("{{\"id\":{id},\"updated_at\":\"{time}\"}}");
            assert_eq!(sink.record(&record).unwrap(), Flow::More);
        }
        sink.page_end().await.unwrap()
    });
    let said = lines.take();
    then(flow, &sink, &said);
}

#[test]
fn a_page_that_is_wholly_older_ends_the_list() {
    for (times, flow) in [
        (&[BEFORE, BEFORE][..], Flow::Enough),
        (&[LIMIT, BEFORE][..], Flow::More),
        (&[AFTER, BEFORE][..], Flow::More),
        (&[AFTER][..], Flow::More),
        (&[][..], Flow::More),
    ] {
        page_of(
            times,
            |sink| sink.until_older = Some(at(LIMIT)),
            |found, sink, _| {
                assert_eq!(found, flow, "{times:?}");
                assert!(sink.failure.is_none(), "{times:?}");
            },
        );
    }
    let no_limit = |_: &mut TableSink<'_>| {};
    page_of(&[BEFORE], no_limit, |flow, _, _| {
        assert_eq!(flow, Flow::More);
    });
}

#[test]
fn a_row_that_is_older_than_asked_for_ends_the_list_with_an_error() {
    let asked = |sink: &mut TableSink<'_>| sink.not_older = Some(at(LIMIT));
    page_of(&[LIMIT, AFTER], asked, |flow, sink, _| {
        assert_eq!(flow, Flow::More);
        assert!(sink.failure.is_none());
        assert_eq!(sink.last.as_ref().map(|page| page.rows), Some(2));
    });
    page_of(&[AFTER, BEFORE], asked, |flow, sink, _| {
        assert_eq!(flow, Flow::Enough);
        let error = sink.failure.as_ref().unwrap();
        assert_eq!(error.kind, Kind::Unreachable);
        assert_eq!(
            error.message,
            "charges: the API ignored the date: rows since 2026-11-20T10:00:00Z were asked for, \
             and it answered with one of 2026-11-20T09:59:59Z"
        );
        assert_eq!(
            error.hints,
            ["the stored rows are correct; the bookmark did not move"]
        );
    });
}

#[test]
fn a_page_is_counted_and_a_remark_of_the_api_names_the_table() {
    page_of(
        &[BEFORE, AFTER],
        |sink| sink.remark("\"warning\": \"slow\""),
        |_, sink, said| {
            let total = &sink.total;
            assert_eq!((total.rows, total.changed), (2, 2));
            assert_eq!(total.newest, Some(at(AFTER)));
            assert_eq!(
                said,
                [
                    "charges: \"warning\": \"slow\"",
                    "charges: 2 rows up to 2026-11-20T10:00:01Z"
                ]
            );
        },
    );
}
