//! The ground of demo stores: what is not written is found as if it were.

use serde_json::{Value, json};

use super::{Store, clock, of, present};
use crate::Sandbox;
use crate::State;
use crate::seed::{RECIPE, Seed};
use crate::storage::table::Table;
use crate::storage::tables::TABLES;
use crate::values::key::{hash, hash_of};
use crate::values::record;
use crate::values::time;

/// The same records, written into a table without ground.
fn written(table: &Table) -> Table {
    let mut copy = Table::new(table.shape());
    for id in table.ids(..) {
        copy.put(id, &table.get(id).unwrap());
    }
    copy
}

#[test]
fn every_seeded_record_is_found_by_what_it_holds() {
    for customers in [0, 1, 90, 1_200] {
        let state = State::seeded(&Seed { customers, seed: 5 }, present());
        for (name, shape) in TABLES {
            let (table, plain) = (state.table(*name), written(state.table(*name)));
            assert_eq!(table.len(), plain.len(), "{name:?}");
            for time in 0..shape.times.len() {
                let both = (table.timed(time, ..), plain.timed(time, ..));
                assert!(both.0.eq(both.1), "{name:?} by {}", shape.times[time]);
                if let Some(lookup) = shape.sorted() {
                    for hash in ["active", "queued", "success", "nothing"].map(hash) {
                        let part = plain.timed(time, ..);
                        let part = part.filter(|(_, id)| plain.has(lookup, hash, *id));
                        let part: Vec<_> = part.collect();
                        assert!(table.timed_with(hash, time, ..).eq(part.iter().copied()));
                        assert!(plain.timed_with(hash, time, ..).eq(part));
                    }
                }
            }
            for id in table.ids(..) {
                let record = table.get(id).unwrap();
                assert_eq!(record::id(&record, "id").unwrap_or(id), id, "{name:?}");
                for (lookup, path) in shape.lookups.iter().enumerate() {
                    record::each(&record, path, &mut |value| {
                        let Some(hash) = hash_of(value) else { return };
                        assert!(table.has(lookup, hash, id), "{name:?} {id} by {path}");
                        // Once for each value is enough.
                        if plain.with(lookup, hash).next() == Some(id) {
                            let both = (table.with(lookup, hash), plain.with(lookup, hash));
                            assert!(both.0.eq(both.1), "{name:?} by {path} {value}");
                        }
                    });
                }
            }
        }
    }
}

#[test]
fn the_text_of_a_seeded_record_is_that_of_the_record() {
    for (customers, seed) in [(60, 2021), (400, 3), (1_500, 5)] {
        let state = State::seeded(&Seed { customers, seed }, present());
        for (name, _) in TABLES {
            let table = state.table(*name);
            let mut text = String::new();
            for id in table.ids(..).chain(table.ids(..).take(300)) {
                text.clear();
                table.write_text(id, &mut text);
                let record = serde_json::to_string(&table.get(id).unwrap()).unwrap();
                assert_eq!(text, record, "{name:?} {id} of {customers}");
            }
        }
    }
}

/// Files that keep only what was changed rest on this.
#[test]
fn a_recipe_makes_the_same_store_for_ever() {
    let mut written = String::new();
    let state = State::seeded(&Seed::demo(), present());
    for (name, shape) in TABLES {
        for id in state.table(*name).ids(..) {
            written.push_str(shape.object);
            state.table(*name).write_text(id, &mut written);
        }
    }
    let print = written
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    assert_eq!(
        (RECIPE, print),
        (4, 0x2bc1_72cd_d65d_56ce),
        "the demo store is another one now: let RECIPE grow, and note its print here"
    );
}

/// Of so many records that the list is not gathered but walked, in the ground
/// and in the table.
#[test]
fn a_list_by_status_is_that_part_of_the_whole_list() {
    let seed = Seed {
        customers: 2_000,
        seed: 8,
    };
    let store = Store(Sandbox::new(State::seeded(&seed, present()), clock()));
    let some = store.get("/subscriptions?status=active&limit=60");
    for one in some["subscriptions"].as_array().unwrap().iter().step_by(3) {
        let path = format!("{}/cancel", of("subscriptions", one));
        store.post(&path, &json!({"cancellation_reason": "tea"}));
    }
    for (list, order, wanted) in [
        ("subscriptions", "id", "active"),
        ("subscriptions", "updated_at", "active"),
        ("charges", "id", "queued,success,queued"),
        ("charges", "scheduled_at", "queued"),
        ("charges", "updated_at", "queued,success,queued"),
    ] {
        for order in ["asc", "desc"].map(|to| format!("{order}-{to}")) {
            let query = format!("limit=250&sort_by={order}");
            let mut part = walked(&store, list, &query);
            part.retain(|one| {
                let status = one["status"].as_str().unwrap();
                wanted.split(',').any(|wanted| wanted == status)
            });
            let mut found = walked(&store, list, &format!("{query}&status={wanted}"));
            found.truncate(part.len());
            assert_eq!(found, part, "{list} {query} {wanted}");
        }
    }
}

/// The records of the first two pages of a list.
fn walked(store: &Store, list: &str, query: &str) -> Vec<Value> {
    let mut path = format!("/{list}?{query}");
    let mut records = Vec::new();
    for _ in 0..2 {
        let page = store.get(&path);
        records.extend(page[list].as_array().unwrap().iter().cloned());
        let cursor = page["next_cursor"].as_str().unwrap();
        path = format!("/{list}?limit=250&cursor={cursor}");
    }
    records
}

#[test]
fn numbers_do_not_depend_on_the_day_and_days_follow_it() {
    let seed = Seed::demo();
    let later = "2027-03-01T23:59:59.5Z".parse().unwrap();
    let (one, other) = (State::seeded(&seed, present()), State::seeded(&seed, later));
    for (name, _) in TABLES {
        assert!(one.table(*name).ids(..).eq(other.table(*name).ids(..)));
    }
    let store = Store(Sandbox::new(other, std::sync::Arc::new(move || later)));
    let next = store.get("/charges?status=queued&sort_by=scheduled_at-asc&limit=1");
    let day = time::parse_day(next["charges"][0]["scheduled_at"].as_str().unwrap());
    assert!(day > Some(time::day_of(later)));
}

#[test]
fn what_is_changed_or_deleted_hides_what_the_ground_has() {
    let store = Store(Sandbox::new(
        State::seeded(
            &Seed {
                customers: 40,
                seed: 3,
            },
            present(),
        ),
        clock(),
    ));
    let count = || store.0.with_state(|state| state.count("customer"));
    let all = store.get("/customers?limit=250&sort_by=updated_at-asc");
    let all = all["customers"].as_array().unwrap().clone();
    assert_eq!((all.len(), count()), (40, 40));
    let (first, second) = (&all[0], &all[1]);
    store.put(
        &of("customers", first),
        &json!({"email": "new@example.com"}),
    );
    let by = |email: &str| {
        let list = store.get(&format!("/customers?email={email}"));
        list["customers"].as_array().unwrap().len()
    };
    assert_eq!(by("new@example.com"), 1);
    assert_eq!(by(first["email"].as_str().unwrap()), 0);
    let last = &store.get("/customers?limit=250&sort_by=updated_at-asc")["customers"][39];
    assert_eq!(last["id"], first["id"], "the latest change comes last");

    store.delete(&of("customers", second));
    assert_eq!(
        store.ask("GET", &of("customers", second), &json!(null)).0,
        404
    );
    assert_eq!((by(second["email"].as_str().unwrap()), count()), (0, 39));
    let refused = json!({"email": "new@example.com"});
    store.refused("PUT", &of("customers", &all[2]), &refused);
    assert_eq!(store.get(&of("customers", &all[2]))["customer"], all[2]);
}
