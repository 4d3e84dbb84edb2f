//! Pages of lists: which records, in which order, and what indicates the rest.
//!
//! Takes a row and a query; returns the body of the answer: a bare list that is
//! not a body at all when it is empty (v2), or `data` with what `meta` indicates
//! the pages (v3). Lists of customers have cursors beside page numbers.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::filters::{Filters, sort_value};
use super::responses::{BodyOrRejection, Generation, Rejection};
use super::shown::ShownRecord;
use crate::requests::check::Query;
use crate::row::Row;
use crate::storage::behaviour::ArchivedOrders;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use recharge_catalog::{ParameterRole, bigcommerce as rows};

/// Parameters that continue a list of customers, beside page numbers.
const AFTER: &str = "after";
const BEFORE: &str = "before";

/// Which page of a list is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageAsked {
    limit: usize,
    number: usize,
}

impl PageAsked {
    /// # Errors
    /// 413 for a page that is too large; 400 or 422 for no number.
    pub(super) fn of(query: &Query, generation: Generation) -> Result<Self, Rejection> {
        let number = |name: &str, default: usize| match given(query, name) {
            None => Ok(default),
            Some(text) => {
                let number = text.parse().ok().filter(|number| *number > 0);
                number.ok_or_else(|| Rejection::invalid(generation, name))
            }
        };
        let page = rows::API.page_number.unwrap_or("page");
        let asked = Self {
            limit: number(rows::API.page_size, rows::DEFAULT_PAGE_SIZE as usize)?,
            number: number(page, 1)?,
        };
        if asked.limit > rows::MAXIMUM_PAGE_SIZE as usize {
            let most = rows::MAXIMUM_PAGE_SIZE;
            let message = format!("The page size is too large: {most} is the maximum.");
            return Err(Rejection::new(413, &message));
        }
        Ok(asked)
    }

    /// The items of the page.
    pub(super) fn cut<Item>(self, all: &[Item]) -> &[Item] {
        let from = self.limit.saturating_mul(self.number - 1).min(all.len());
        let to = from.saturating_add(self.limit).min(all.len());
        &all[from..to]
    }

    /// A page of a list that is the whole body.
    pub(super) fn bare(items: Vec<Value>) -> Option<Value> {
        (!items.is_empty()).then_some(Value::Array(items))
    }

    /// What `meta` indicates the pages.
    fn told(self, total: usize, count: usize) -> Value {
        let Self { limit, number } = self;
        // An empty list has a page, too.
        let pages = total.div_ceil(limit).max(1);
        let link = |page: usize| format!("?page={page}&limit={limit}");
        let mut links = json!({"current": link(number)});
        if number > 1 {
            links["previous"] = link(number - 1).into();
        }
        if number < pages {
            links["next"] = link(number + 1).into();
        }
        json!({
            "total": total,
            "count": count,
            "per_page": limit,
            "current_page": number,
            "total_pages": pages,
            "links": links,
        })
    }
}

/// The value of a parameter in a query; one without a value is none.
pub(super) fn given<'a>(query: &'a Query, name: &str) -> Option<&'a str> {
    let mut all = query.iter();
    let found = all.find(|(known, _)| known == name);
    found
        .map(|(_, value)| value.as_str())
        .filter(|value| !value.is_empty())
}

/// By what a list is ordered, and whether from the largest on.
struct ListOrder {
    field: String,
    descending: bool,
}

impl ListOrder {
    /// # Errors
    /// When the row does not order its list so.
    fn of(row: Row, query: &Query, generation: Generation) -> Result<Self, Rejection> {
        let mut order = Self {
            field: "id".to_owned(),
            descending: false,
        };
        if let Some(parameter) = row.operation.query_for(ParameterRole::Sort)
            && let Some(value) = given(query, parameter.name)
        {
            let (field, direction) = value.split_once(':').unwrap_or((value, "asc"));
            let is_known = parameter
                .values
                .iter()
                .any(|known| known.split(':').next() == Some(field));
            if !is_known || !matches!(direction, "asc" | "desc") {
                return Err(Rejection::invalid(generation, parameter.name));
            }
            field.clone_into(&mut order.field);
            order.descending = direction == "desc";
        }
        if let Some(parameter) = row.operation.query_for(ParameterRole::Direction)
            && let Some(value) = given(query, parameter.name)
        {
            if !parameter.values.contains(&value) {
                return Err(Rejection::invalid(generation, parameter.name));
            }
            order.descending = value == "desc";
        }
        Ok(order)
    }

    /// Puts records in order; those that are equal by their numbers.
    fn apply(&self, state: &State, table: TableName, ids: Vec<u64>) -> Vec<(i64, u64)> {
        let records = state.table(table);
        let mut keys: Vec<(i64, u64)> = if self.field == "id" {
            ids.into_iter().map(|id| (0, id)).collect()
        } else if let Some(time) = records.time_at(&self.field) {
            let keys = ids.into_iter().map(|id| (records.seconds(time, id), id));
            let mut keys: Vec<(i64, u64)> = keys.collect();
            keys.sort_unstable();
            keys
        } else {
            let valued = ids.into_iter().filter_map(|id| {
                let record = records.get(id)?;
                Some((sort_value(&record, &self.field), id))
            });
            let mut valued: Vec<((i64, String), u64)> = valued.collect();
            valued.sort_unstable();
            valued.into_iter().map(|(_, id)| (0, id)).collect()
        };
        if self.descending {
            keys.reverse();
        }
        keys
    }
}

/// Answers a list of a table.
pub(super) fn list(
    state: &State,
    row: Row,
    table: TableName,
    query: &Query,
    (generation, now): (Generation, Timestamp),
    host: &str,
) -> BodyOrRejection {
    let page = PageAsked::of(query, generation)?;
    let order = ListOrder::of(row, query, generation)?;
    let shown = ShownRecord::of(row, query, generation, host)?;
    let records = state.table(table);
    let hides_archived = table == TableName::BigcommerceOrders
        && state.behaviour.archived_orders == ArchivedOrders::Hidden;
    let at = (generation, now);
    let filters = Filters::of(row.operation, query, records, at, hides_archived)?;
    let keys = order.apply(state, table, filters.matching(records));
    let has_cursors = table == TableName::BigcommerceCustomers;
    if has_cursors && (given(query, AFTER).is_some() || given(query, BEFORE).is_some()) {
        return by_cursor(
            &keys,
            query,
            page.limit,
            generation,
            order.descending,
            |keys| shown.records(state, table, keys),
        );
    }
    let cut = page.cut(&keys);
    let items = shown.records(state, table, cut);
    if generation == Generation::V2 {
        return Ok(PageAsked::bare(items));
    }
    let mut meta = json!({"pagination": page.told(keys.len(), items.len())});
    if has_cursors {
        let is_last = page.limit.saturating_mul(page.number) >= keys.len();
        meta["cursor_pagination"] = cursors_told(cut, page.limit, is_last);
    }
    Ok(Some(json!({"data": items, "meta": meta})))
}

/// A page of a list that continues where a cursor says.
fn by_cursor(
    keys: &[(i64, u64)],
    query: &Query,
    limit: usize,
    generation: Generation,
    descending: bool,
    show: impl FnOnce(&[(i64, u64)]) -> Vec<Value>,
) -> BodyOrRejection {
    let position = |name: &str| {
        let text = given(query, name)?;
        Some(cursor_read(text).ok_or_else(|| Rejection::invalid(generation, name)))
    };
    let is_before = |key: &(i64, u64), other: (i64, u64)| {
        if descending {
            *key > other
        } else {
            *key < other
        }
    };
    let (from, to) = if let Some(after) = position(AFTER) {
        let after = after?;
        let from = keys.partition_point(|key| is_before(key, after) || *key == after);
        (from, from.saturating_add(limit).min(keys.len()))
    } else if let Some(before) = position(BEFORE) {
        let before = before?;
        let to = keys.partition_point(|key| is_before(key, before));
        (to.saturating_sub(limit), to)
    } else {
        (0, limit.min(keys.len()))
    };
    let cut = &keys[from..to];
    let meta = json!({"cursor_pagination": cursors_told(cut, limit, to == keys.len())});
    Ok(Some(json!({"data": show(cut), "meta": meta})))
}

fn cursors_told(cut: &[(i64, u64)], limit: usize, is_last: bool) -> Value {
    let (start, end) = (cut.first().map(cursor), cut.last().map(cursor));
    let mut links = json!({"current": format!("?limit={limit}")});
    if let Some(end) = end.as_ref().filter(|_| !is_last) {
        links["next"] = format!("?limit={limit}&{AFTER}={end}").into();
    }
    json!({
        "count": cut.len(),
        "per_page": limit,
        "start_cursor": start,
        "end_cursor": end,
        "links": links,
    })
}

fn cursor((at, id): &(i64, u64)) -> String {
    URL_SAFE_NO_PAD.encode(format!("{at}.{id}"))
}

fn cursor_read(text: &str) -> Option<(i64, u64)> {
    let plain = URL_SAFE_NO_PAD.decode(text).ok()?;
    let plain = String::from_utf8(plain).ok()?;
    let (at, id) = plain.split_once('.')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}
