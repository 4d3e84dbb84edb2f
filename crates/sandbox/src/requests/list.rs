//! Lists: which records of a table a request asks for, page by page.
//!
//! Takes the state, a row and a query; returns which records are asked for, or
//! the body of the answer. A page in order of the numbers, or of a time that
//! the table keeps, costs what the page holds, at any depth. Knows nothing of
//! what records mean.

use std::fmt::Write as _;

use crate::requests::check::{self, Query};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::condition::Test;
use crate::requests::cursor::{Cursor, Direction};
use crate::requests::filter;
use crate::requests::include;
use crate::requests::lists;
use crate::requests::refusal::Refusal;
use crate::requests::walk::{Order, Place, Walk};
use crate::storage::state::State;
use crate::storage::table::Table;
use crate::storage::tables::TableName;
use crate::values::key;
use recharge_catalog::Operation;

/// A page number beyond this is refused, as the real API does.
const LAST_PAGE: u64 = 100;

/// What a request asks of a list.
struct ListQuery {
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

impl ListQuery {
    fn walk(&self, ascending: bool) -> Walk<'_> {
        Walk {
            tests: &self.tests,
            order: self.order,
            from: self.place,
            ascending,
        }
    }
}

/// Further conditions that follow from what a list is asked with, where its
/// row alone does not tell them.
pub(crate) type Further = fn(&Query) -> Vec<Test>;

/// One page of a list.
pub(crate) struct Page {
    /// Numbers of the records, in list order.
    pub(crate) ids: Vec<u64>,
    /// Cursor of the page after it, if there is one.
    pub(crate) next: Option<String>,
    /// Cursor of the page before it, if there is one.
    pub(crate) previous: Option<String>,
    includes: Vec<String>,
}

/// The body of a page.
pub(crate) fn page(
    state: &State,
    asked: &CheckedRequest,
    key: &str,
    of: TableName,
) -> Result<String, Refusal> {
    let page = select(state, asked, of, |_| Vec::new())?;
    let mut body = String::with_capacity(page.ids.len() * 1_200 + 400);
    let quoted = |cursor: &Option<String>| {
        cursor
            .as_ref()
            .map_or("null".into(), |text| format!("\"{text}\""))
    };
    // Writing into a String cannot fail.
    let _ = write!(
        body,
        "{{\"next_cursor\":{},\"previous_cursor\":{},\"{key}\":[",
        quoted(&page.next),
        quoted(&page.previous)
    );
    join(&mut body, state, of, &page);
    body.push_str("]}");
    Ok(body)
}

/// Which records a page holds.
pub(crate) fn select(
    state: &State,
    asked: &CheckedRequest,
    of: TableName,
    further: Further,
) -> Result<Page, Refusal> {
    let table = state.table(of);
    let wanted = wanted(state, asked, table, further)?;
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
    Ok(Page {
        next: seal(places.last().filter(|_| has_next), Direction::Next),
        previous: seal(places.first().filter(|_| has_previous), Direction::Previous),
        ids: places.into_iter().map(|(_, id)| id).collect(),
        includes: wanted.includes,
    })
}

/// How many records a list holds on all its pages.
pub(crate) fn count(
    state: &State,
    asked: &CheckedRequest,
    of: TableName,
    further: Further,
) -> Result<usize, Refusal> {
    let table = state.table(of);
    let wanted = wanted(state, asked, table, further)?;
    if wanted.tests.is_empty() {
        return Ok(table.len());
    }
    Ok(wanted.walk(true).over(state, table).count())
}

fn join(body: &mut String, state: &State, of: TableName, page: &Page) {
    let table = state.table(of);
    for (count, id) in page.ids.iter().enumerate() {
        if count > 0 {
            body.push(',');
        }
        if page.includes.is_empty() && !of.always_includes() {
            table.write_text(*id, body);
        } else if let Some(mut record) = table.get(*id) {
            include::put(state, of, *id, &mut record, &page.includes);
            body.push_str(&serde_json::to_string(&record).unwrap_or_default());
        }
    }
}

/// The places of a page in list order, and whether the list continues.
fn places(state: &State, table: &Table, wanted: &ListQuery) -> (Vec<Place>, bool) {
    let ascending = wanted.order.descending == (wanted.direction == Direction::Previous);
    let mut places: Vec<Place> = wanted
        .walk(ascending)
        .over(state, table)
        .skip(wanted.skip)
        .take(wanted.limit + 1)
        .collect();
    let more = places.len() > wanted.limit;
    places.truncate(wanted.limit);
    if wanted.direction == Direction::Previous {
        places.reverse();
    }
    (places, more)
}

fn wanted(
    state: &State,
    asked: &CheckedRequest,
    table: &Table,
    further: Further,
) -> Result<ListQuery, Refusal> {
    let operation = asked.row.operation;
    let name = format!("{}.{}", asked.row.resource.name, operation.verb);
    let (query, cursor) = query_and_cursor(operation, &name, asked.query)?;
    let given = |parameter: &str| {
        query
            .iter()
            .find(|(name, _)| name == parameter)
            .map(|(_, value)| value.as_str())
    };
    let object = operation
        .response
        .object()
        .ok_or_else(Refusal::no_endpoint)?;
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
    tests.extend(further(&query));
    lists::check(asked, &query)?;
    tests.extend(lists::window(asked.now, table));
    let includes = include::names(given("include"));
    Ok(ListQuery {
        order: Order::named(table, &sort_by),
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

/// A list under an object holds only what belongs to that object.
fn scope(state: &State, asked: &CheckedRequest, table: &Table) -> Result<Option<Test>, Refusal> {
    let (Some(hole), Some(value)) = (
        asked.row.operation.path_parameters.first(),
        asked.holes.first(),
    ) else {
        return Ok(None);
    };
    let parent = TableName::of(asked.row.resource.object).ok_or_else(Refusal::not_found)?;
    let id = value.parse().map_err(|_| Refusal::not_found())?;
    let above = state.table(parent);
    let shown = lists::window(asked.now, above);
    if !above.holds(id) || shown.is_some_and(|window| !window.passes(state, above, id)) {
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
