//! How lists continue, for each form, and pages that violate theirs.

use super::*;
use crate::catalog::Method;
use crate::catalog::recharge::API;
use crate::error::Kind;

fn request(query: &[(&str, &str)]) -> Request {
    Request {
        method: Method::Get,
        path: "/things".to_owned(),
        query: query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: None,
        operation: None,
        headers: Vec::new(),
        notes: Vec::new(),
    }
}

/// The target of the next page of a list with this query.
fn next(form: PageForm, query: &[(&str, &str)], facts: &PageFacts) -> Result<Option<String>> {
    let next = next_request(&API, form, &request(query), facts)?;
    Ok(next.map(|request| request.target()))
}

const CURSOR: PageForm = PageForm::BodyCursor {
    parameter: "cursor",
    field: "next_cursor",
};
const LINK: PageForm = PageForm::LinkHeader {
    parameter: "cursor",
};
const COUNTED: PageForm = PageForm::Counted {
    parameter: "page",
    total: "meta.pages",
};
const UNTIL_SHORT: PageForm = PageForm::UntilShort {
    parameter: "page",
    page_size: 50,
};
const AFTER_ID: PageForm = PageForm::AfterId {
    parameter: "since_id",
    step: 0,
};

fn rows(rows: usize) -> PageFacts {
    PageFacts {
        rows,
        ..PageFacts::default()
    }
}

#[test]
fn cursor_of_the_body_keeps_the_page_size_alone() {
    let page = PageFacts {
        cursor: Some("a+b=".to_owned()),
        ..rows(2)
    };
    let query = [("status", "active"), ("limit", "2")];
    let target = next(CURSOR, &query, &page).unwrap();
    assert_eq!(target.as_deref(), Some("/things?limit=2&cursor=a%2Bb%3D"));
    assert_eq!(next(CURSOR, &query, &rows(2)).unwrap(), None);
}

#[test]
fn link_header_replaces_the_query_and_never_the_host_or_the_path() {
    let page = |link: &str| PageFacts {
        link: Some(link.to_owned()),
        ..rows(2)
    };
    let query = [("status", "active"), ("limit", "2")];
    for (linked, target) in [
        ("cursor=x&info=y", Some("/things?limit=2&cursor=x")),
        ("page=2&status=active", None),
    ] {
        let linked = page(&format!(
            "<https://evil.example/other?{linked}>; rel=\"next\""
        ));
        let found = next(LINK, &query, &linked).unwrap();
        assert_eq!(found.as_deref(), target);
    }
    let last = page("<https://a.b/things?cursor=x>; rel=\"previous\"");
    assert_eq!(next(LINK, &query, &last).unwrap(), None);
    let invalid = page("<https://a.b/things?cursor=%ff>; rel=\"next\"");
    let error = next(LINK, &query, &invalid).unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable);
}

#[test]
fn counted_pages_end_at_the_number_that_the_body_states() {
    let page = |total| PageFacts {
        total_pages: total,
        ..rows(2)
    };
    let query = [("a", "b")];
    let second = next(COUNTED, &query, &page(Some(3))).unwrap();
    assert_eq!(second.as_deref(), Some("/things?a=b&page=2"));
    let third = next(COUNTED, &[("page", "2")], &page(Some(3))).unwrap();
    assert_eq!(third.as_deref(), Some("/things?page=3"));
    assert_eq!(
        next(COUNTED, &[("page", "3")], &page(Some(3))).unwrap(),
        None
    );
    assert_eq!(next(COUNTED, &query, &page(Some(0))).unwrap(), None);
    let error = next(COUNTED, &query, &page(None)).unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable);
    assert_eq!(
        error.message,
        "the page has an unexpected format: it states no meta.pages"
    );
}

#[test]
fn pages_without_a_count_end_at_a_short_or_empty_one() {
    for (size, count, target) in [
        (Some("2"), 2, Some("/things?limit=2&page=2")),
        (Some("2"), 1, None),
        (Some("2"), 0, None),
        (None, 50, Some("/things?page=2")),
        (None, 49, None),
    ] {
        let query: Vec<_> = size.map(|size| ("limit", size)).into_iter().collect();
        let found = next(UNTIL_SHORT, &query, &rows(count)).unwrap();
        assert_eq!(found.as_deref(), target, "{size:?} {count}");
    }
    let error = next(UNTIL_SHORT, &[("page", "x")], &rows(50)).unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
}

#[test]
fn list_after_an_id_continues_while_ids_grow() {
    let page = |id: Option<&str>| PageFacts {
        last_id: id.map(str::to_owned),
        ..rows(2)
    };
    let follow = |before: &str, id| next(AFTER_ID, &[("since_id", before)], &page(id));
    assert_eq!(
        next(AFTER_ID, &[], &page(Some("7"))).unwrap().as_deref(),
        Some("/things?since_id=7")
    );
    assert_eq!(
        follow("9", Some("10")).unwrap().as_deref(),
        Some("/things?since_id=10")
    );
    assert_eq!(next(AFTER_ID, &[], &rows(0)).unwrap(), None);
    for (before, id) in [
        ("10", Some("9")),
        ("9", Some("9")),
        ("a", Some("a")),
        ("9", None),
    ] {
        let error = follow(before, id).unwrap_err();
        assert_eq!(error.kind, Kind::Unreachable, "{before} {id:?}");
    }
}

#[test]
fn list_after_a_minimum_id_continues_one_beyond_the_last_number() {
    let form = |step| PageForm::AfterId {
        parameter: "min_id",
        step,
    };
    let page = |id: &str| PageFacts {
        last_id: Some(id.to_owned()),
        ..rows(2)
    };
    let target = |step, id| next(form(step), &[], &page(id)).unwrap();
    assert_eq!(target(1, "7").as_deref(), Some("/things?min_id=8"));
    assert_eq!(target(0, "7").as_deref(), Some("/things?min_id=7"));
    assert_eq!(target(0, "a").as_deref(), Some("/things?min_id=a"));
    let error = next(form(1), &[], &page("a")).unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (
            Kind::Unreachable,
            "the page has an unexpected format: its last id, a, is not a number"
        )
    );
}
