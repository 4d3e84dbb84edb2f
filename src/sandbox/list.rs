//! Lists: which records of a table a request asks for, page by page.
//!
//! In come the state, a row and a query; out comes the body of the answer. A
//! page in order of the numbers, or of a time that the table keeps, costs what
//! the page holds, at any depth. Knows nothing of what records mean.

use std::fmt::Write as _;
use std::ops::Bound;

use super::Asked;
use super::check::{self, Query};
use super::cursor::{Cursor, Direction};
use super::filter::{self, Test};
use super::include;
use super::key;
use super::merged::joined;
use super::refusal::Refusal;
use super::rules::lists;
use super::state::State;
use super::table::Table;
use super::tables::Name;
use crate::catalog::Operation;

/// When a condition leaves no more than this, they are gathered and sorted;
/// else the list is walked in its order and each record is tested.
const FEW: usize = 2_000;

/// A page number beyond this is refused, as the real API does.
const LAST_PAGE: u64 = 100;

/// How a list is sorted.
#[derive(Debug, Clone, Copy)]
struct Order {
    /// A time that the table keeps; `None` is the number of the record.
    time: Option<usize>,
    descending: bool,
}

/// A place in a list: what it is sorted by, and the number.
type Place = (i64, u64);

/// What a request asks of a list.
struct Wanted {
    name: String,
    sort_by: String,
    order: Order,
    tests: Vec<Test>,
    filters: Query,
    includes: Vec<String>,
    limit: usize,
    skip: usize,
    place: Option<Place>,
    direction: Direction,
}

/// The body of a page.
pub(super) fn page(state: &State, asked: &Asked, key: &str, of: Name) -> Result<String, Refusal> {
    let table = state.table(of);
    let wanted = wanted(state, asked, table)?;
    let (places, more) = places(state, table, &wanted);
    let forward = wanted.direction == Direction::Next;
    let came_from = wanted.place.is_some() || wanted.skip > 0;
    let (has_next, has_previous) = if forward {
        (more, came_from)
    } else {
        (true, more)
    };
    let seal = |place: Option<&Place>, direction| {
        place.map(|(last_value, starting_before_id)| {
            Cursor {
                starting_before_id: *starting_before_id,
                last_value: *last_value,
                sort_by: wanted.sort_by.clone(),
                direction,
                list: wanted.name.clone(),
                filters: wanted.filters.clone(),
            }
            .seal()
        })
    };
    let next = seal(places.last().filter(|_| has_next), Direction::Next);
    let previous = seal(places.first().filter(|_| has_previous), Direction::Previous);
    let mut body = String::with_capacity(places.len() * 1_200 + 400);
    let quoted =
        |cursor: Option<String>| cursor.map_or("null".to_owned(), |text| format!("\"{text}\""));
    // Writing into a String cannot fail.
    let _ = write!(
        body,
        "{{\"next_cursor\":{},\"previous_cursor\":{},\"{key}\":[",
        quoted(next),
        quoted(previous)
    );
    join(&mut body, state, of, &places, &wanted.includes);
    body.push_str("]}");
    Ok(body)
}

fn join(body: &mut String, state: &State, of: Name, places: &[Place], includes: &[String]) {
    let table = state.table(of);
    for (count, (_, id)) in places.iter().enumerate() {
        if count > 0 {
            body.push(',');
        }
        if includes.is_empty() {
            table.write_text(*id, body);
        } else if let Some(mut record) = table.get(*id) {
            include::put(state, of, *id, &mut record, includes);
            body.push_str(&serde_json::to_string(&record).unwrap_or_default());
        }
    }
}

/// The places of a page in list order, and whether the list goes on.
fn places(state: &State, table: &Table, wanted: &Wanted) -> (Vec<Place>, bool) {
    let passes = |(_, id): &Place| {
        wanted
            .tests
            .iter()
            .all(|test| test.passes(state, table, *id))
    };
    let ascending = wanted.order.descending == (wanted.direction == Direction::Previous);
    let mut places: Vec<Place> = match narrowed(table, &wanted.tests) {
        Some(ids) => {
            let mut places: Vec<Place> = ids
                .into_iter()
                .map(|id| (value(table, wanted.order, id), id))
                .collect();
            places.sort_unstable();
            if !ascending {
                places.reverse();
            }
            let beyond = |place: &Place| {
                wanted.place.is_none_or(|from| {
                    if ascending {
                        *place > from
                    } else {
                        *place < from
                    }
                })
            };
            let kept = places.into_iter().filter(beyond).filter(passes);
            kept.skip(wanted.skip).take(wanted.limit + 1).collect()
        }
        None => walk(table, wanted, ascending)
            .filter(passes)
            .skip(wanted.skip)
            .take(wanted.limit + 1)
            .collect(),
    };
    let more = places.len() > wanted.limit;
    places.truncate(wanted.limit);
    if wanted.direction == Direction::Previous {
        places.reverse();
    }
    (places, more)
}

/// All places from one on, in the direction of reading; where the table keeps
/// those of a condition in this order, only those.
fn walk<'a>(table: &'a Table, wanted: &Wanted, ascending: bool) -> Places<'a> {
    let place = wanted.place;
    if let Some(time) = wanted.order.time {
        let range = range(place, ascending);
        let singles = wanted.tests.iter().filter_map(|test| single(table, test));
        let mut sorted = singles.filter(|(lookup, _)| table.shape().sorted() == Some(*lookup));
        if let Some((_, hashes)) = sorted.next() {
            let rows = hashes.into_iter().map(|hash| {
                let places = table.timed_with(hash, time, range);
                turned(places, ascending)
            });
            return joined(rows.collect(), ascending);
        }
        return turned(table.timed(time, range), ascending);
    }
    let range = range(place.map(|(_, id)| id), ascending);
    if let Some((lookup, hashes)) = wanted.tests.iter().find_map(|test| single(table, test)) {
        let rows = hashes.into_iter().map(|hash| {
            let ids = table.with_in(lookup, hash, range);
            turned(ids.map(|id| (0, id)), ascending)
        });
        return joined(rows.collect(), ascending);
    }
    turned(table.ids(range).map(|id| (0, id)), ascending)
}

type Places<'a> = Box<dyn Iterator<Item = Place> + 'a>;

fn turned<'a>(places: impl DoubleEndedIterator<Item = Place> + 'a, ascending: bool) -> Places<'a> {
    if ascending {
        Box::new(places)
    } else {
        Box::new(places.rev())
    }
}

/// The hashes of a condition, where no record has two of them.
fn single(table: &Table, test: &Test) -> Option<(usize, Vec<u64>)> {
    let Test::Among { lookup, hashes } = test else {
        return None;
    };
    let mut hashes = hashes.clone();
    hashes.sort_unstable();
    hashes.dedup();
    let one_each = hashes.len() == 1 || !table.shape().lookups[*lookup].contains('*');
    one_each.then_some((*lookup, hashes))
}

fn range<T>(from: Option<T>, ascending: bool) -> (Bound<T>, Bound<T>) {
    match (from, ascending) {
        (None, _) => (Bound::Unbounded, Bound::Unbounded),
        (Some(from), true) => (Bound::Excluded(from), Bound::Unbounded),
        (Some(from), false) => (Bound::Unbounded, Bound::Excluded(from)),
    }
}

fn value(table: &Table, order: Order, id: u64) -> i64 {
    order.time.map_or(0, |time| table.seconds(time, id))
}

/// The records that the narrowest condition leaves, when they are few.
fn narrowed(table: &Table, tests: &[Test]) -> Option<Vec<u64>> {
    tests
        .iter()
        .filter_map(|test| few(table, test))
        .min_by_key(Vec::len)
}

fn few(table: &Table, test: &Test) -> Option<Vec<u64>> {
    let mut ids: Vec<u64> = match test {
        Test::Ids(ids) => ids.iter().copied().filter(|id| table.holds(*id)).collect(),
        Test::Among { lookup, hashes } => hashes
            .iter()
            .flat_map(|hash| table.with(*lookup, *hash))
            .take(FEW + 1)
            .collect(),
        Test::Within { time, from, to } => table
            .timed(*time, (*from, 0)..=(*to, u64::MAX))
            .map(|(_, id)| id)
            .take(FEW + 1)
            .collect(),
        Test::Nothing => Vec::new(),
        Test::NotBefore { .. } | Test::Special { .. } => return None,
    };
    if ids.len() > FEW && !matches!(test, Test::Ids(_)) {
        return None;
    }
    ids.sort_unstable();
    ids.dedup();
    Some(ids)
}

fn wanted(state: &State, asked: &Asked, table: &Table) -> Result<Wanted, Refusal> {
    let operation = asked.row.operation;
    let name = format!("{}.{}", asked.row.resource.name, operation.verb);
    let (query, cursor) = query_and_cursor(operation, &name, asked.query)?;
    let given = |parameter: &str| {
        query
            .iter()
            .find(|(name, _)| name == parameter)
            .map(|(_, value)| value.as_str())
    };
    let object = operation.answer.object().ok_or_else(Refusal::no_endpoint)?;
    let limit = limit(operation, asked.query);
    let page: u64 = given("page")
        .and_then(|page| page.parse().ok())
        .unwrap_or(1);
    if page == 0 || page > LAST_PAGE {
        return Err(Refusal::invalid(
            "page",
            format!("must be between 1 and {LAST_PAGE}"),
        ));
    }
    let skip = usize::try_from(page - 1).unwrap_or(0) * limit;
    let sort_by = given("sort_by")
        .unwrap_or_else(|| usual_order(operation))
        .to_owned();
    let mut tests = filter::tests(operation, object, table, &query)?;
    tests.extend(scope(state, asked, table)?);
    lists::check(asked, &query)?;
    tests.extend(lists::window(asked.now, table));
    let includes = include::names(given("include"));
    Ok(Wanted {
        order: order(table, &sort_by),
        name,
        sort_by,
        tests,
        includes,
        limit,
        skip: if cursor.is_some() { 0 } else { skip },
        place: cursor
            .as_ref()
            .map(|cursor| (cursor.last_value, cursor.starting_before_id)),
        direction: cursor.map_or(Direction::Next, |cursor| cursor.direction),
        filters: query,
    })
}

/// What the list is asked with: the query itself, or what its cursor holds.
fn query_and_cursor(
    operation: &Operation,
    name: &str,
    query: &Query,
) -> Result<(Query, Option<Cursor>), Refusal> {
    let Some((_, text)) = query.iter().find(|(name, _)| name == "cursor") else {
        let filters = query
            .iter()
            .filter(|(name, _)| name != "limit")
            .cloned()
            .collect();
        return Ok((filters, None));
    };
    if query
        .iter()
        .any(|(name, _)| name != "cursor" && name != "limit")
    {
        return Err(Refusal::invalid(
            "cursor",
            "only limit may be given beside a cursor",
        ));
    }
    let cursor = Cursor::open(text)
        .filter(|cursor| cursor.list == name && check::query(operation, &cursor.filters).is_ok())
        .ok_or_else(|| Refusal::invalid("cursor", "Invalid value"))?;
    let mut filters = cursor.filters.clone();
    filters.retain(|(name, _)| name != "page");
    Ok((filters, Some(cursor)))
}

fn limit(operation: &Operation, query: &Query) -> usize {
    let given = query
        .iter()
        .find(|(name, _)| name == "limit")
        .map(|(_, value)| value.as_str());
    let usual = operation
        .query
        .iter()
        .find(|parameter| parameter.name == "limit")
        .and_then(|parameter| parameter.default);
    given
        .or(usual)
        .and_then(|limit| limit.trim().parse().ok())
        .unwrap_or(50)
}

/// The order that the row names, else the newest first.
fn usual_order(operation: &Operation) -> &'static str {
    operation
        .query
        .iter()
        .find(|parameter| parameter.name == "sort_by")
        .and_then(|parameter| parameter.default)
        .unwrap_or("id-desc")
}

fn order(table: &Table, sort_by: &str) -> Order {
    let (path, direction) = sort_by.split_once('-').unwrap_or((sort_by, "asc"));
    Order {
        time: table.time_at(path),
        descending: direction == "desc",
    }
}

/// A list under an object holds only what belongs to that object.
fn scope(state: &State, asked: &Asked, table: &Table) -> Result<Option<Test>, Refusal> {
    let (Some(hole), Some(value)) = (asked.row.operation.holes.first(), asked.holes.first()) else {
        return Ok(None);
    };
    let parent = Name::of(asked.row.resource.object).ok_or_else(Refusal::not_found)?;
    let id = value.parse().map_err(|_| Refusal::not_found())?;
    if !state.table(parent).holds(id) {
        return Err(Refusal::not_found());
    }
    let path = if hole.name == "id" {
        format!("{}_id", asked.row.resource.singular)
    } else {
        hole.name.to_owned()
    };
    let hashes = vec![key::hash(value)];
    Ok(Some(table.lookup_at(&path).map_or(
        Test::Nothing,
        |lookup| Test::Among { lookup, hashes },
    )))
}
