//! The ground of demo stores: what is not written is found as if it were.

use serde_json::json;

use super::{Store, clock, of, present};
use crate::sandbox::key::hash_of;
use crate::sandbox::seed::{RECIPE, Seed};
use crate::sandbox::table::Table;
use crate::sandbox::tables::TABLES;
use crate::sandbox::{Sandbox, State, moment, record};

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
        (1, 0xcede_d0cd_8e7b_f4c0),
        "the demo store is another one now: let RECIPE grow, and note its print here"
    );
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
    let day = moment::parse_day(next["charges"][0]["scheduled_at"].as_str().unwrap());
    assert!(day > Some(moment::day_of(later)));
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
