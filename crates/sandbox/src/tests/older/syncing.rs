//! Whole tables, by page numbers and by links.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{LISTS, Store, ids, linked, newer, read, records, see, sync};

#[test]
fn a_connector_that_checks_the_shop_is_let_in() {
    let store = Store::demo();
    let body = read(&store, "/shop");
    for key in ["shop", "store"] {
        assert!(body[key]["id"].is_u64(), "{body}");
        assert_eq!(body[key]["iana_timezone"], "America/New_York");
        let created = body[key]["created_at"].as_str().unwrap();
        assert!(
            created.ends_with(" GMT") && created.len() == 29,
            "{created}"
        );
    }
    assert_eq!(see(&store, "/store").status, 404);
}

#[test]
fn a_sync_by_page_numbers_gets_what_changed_since_and_nothing_twice() {
    let store = Store::demo();
    // Noon in UTC is seven in the morning of the clock that this version has.
    let (here, there) = ("2026-11-14 07:00:00", "2026-11-14T12:00:00Z");
    for (list, _) in LISTS
        .iter()
        .filter(|(list, _)| !["metafields", "products"].contains(list))
    {
        let since = format!("updated_at_min={}", here.replace(' ', "%20"));
        let found = ids(&sync(&store, list, &since));
        assert_eq!(
            found,
            newer(&store, list, &format!("updated_at_min={there}")),
            "{list}"
        );
        let once: BTreeSet<u64> = found.iter().copied().collect();
        assert_eq!(once.len(), found.len(), "{list}");
        assert!(found.len() < sync(&store, list, "").len(), "{list}");
    }
    assert!(sync(&store, "orders", "updated_at_min=2026-10-01").len() > 20);
}

#[test]
fn a_sync_goes_on_where_its_last_record_was() {
    let store = Store::demo();
    for list in ["orders", "subscriptions", "customers"] {
        let all = sync(&store, list, "sort_by=updated_at-asc");
        let time = |record: &Value| record["updated_at"].as_str().unwrap().to_owned();
        assert!(all.is_sorted_by_key(time), "{list}");
        let (before, rest) = all.split_at(all.len() / 2);
        let mark = time(&rest[0]);
        let found = ids(&sync(&store, list, &format!("updated_at_min={mark}")));
        let found: BTreeSet<u64> = found.into_iter().collect();
        assert!(ids(rest).iter().all(|id| found.contains(id)), "{list}");
        let done: Vec<Value> = before
            .iter()
            .filter(|record| time(record) < mark)
            .cloned()
            .collect();
        assert!(done.len() > 5, "{list}");
        assert!(!ids(&done).iter().any(|id| found.contains(id)), "{list}");
    }
}

#[test]
fn links_lead_through_every_page_of_every_list_and_back() {
    let store = Store::demo();
    for (list, filters) in LISTS {
        let whole = sync(&store, list, filters);
        let mut seen = see(&store, &format!("/{list}?limit=7&{filters}"));
        assert_eq!(linked(&seen.link, "previous"), None, "{list}");
        let mut found = records(&seen.body, list);
        while let Some(next) = linked(&seen.link, "next") {
            assert!(
                next.starts_with(&format!("/{list}?limit=7&cursor=")),
                "{next}"
            );
            seen = see(&store, &next);
            found.extend(records(&seen.body, list));
        }
        assert_eq!(found, whole, "{list}");
        let mut before = found.len() - records(&seen.body, list).len();
        while let Some(previous) = linked(&seen.link, "previous") {
            seen = see(&store, &previous);
            let page = records(&seen.body, list);
            assert_eq!(page, whole[before - page.len()..before], "{list}");
            before -= page.len();
        }
        assert_eq!(before, 0, "{list}");
    }
    assert_eq!(see(&store, "/products?limit=250").link, "");
}

#[test]
fn a_count_is_what_the_list_holds() {
    let store = Store::demo();
    let more = [
        ("subscriptions", "status=CANCELLED"),
        (
            "subscriptions",
            "created_at_min=2026-06-01&status=ACTIVE&limit=3&page=2",
        ),
        ("charges", "status=QUEUED"),
        ("charges", "status=SUCCESS,REFUNDED"),
        ("orders", "updated_at_max=2026-10-01T00:00:00"),
        ("customers", "status=INACTIVE"),
        ("addresses", "discount_code=VIP20"),
    ];
    for (list, filters) in LISTS.iter().chain(&more) {
        let without_pages: Vec<&str> = filters
            .split('&')
            .filter(|pair| !pair.starts_with("limit") && !pair.starts_with("page"))
            .collect();
        let listed = sync(&store, list, &without_pages.join("&")).len();
        let count = read(&store, &format!("/{list}/count?{filters}"));
        assert_eq!(count, json!({"count": listed}), "{list} {filters}");
        assert!(listed > 0, "{list} {filters}");
    }
}
