//! The objects that a schema asks for.
//!
//! Takes a schema; returns the objects under its keys. What themes really send
//! is tolerated: blanks around it, and what follows the first JSON value. What
//! is deep, long or large is refused before it costs anything.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use recharge_catalog::portal::request_objects::{
    DEEPEST, ID, KEYS, KeyAnswer, LONGEST, META, PARENT, SCHEMA, SchemaKey, key,
};
use serde_json::{Map, Value, json};

use super::objects::{self, Visit};
use super::related;
use crate::requests::refusal::Refusal;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};

/// The most objects of one answer.
const MOST: usize = 20_000;

/// The largest page of a list, which is also the usual one.
const LARGEST_PAGE: usize = 250;

/// Objects that were put into an answer, and how deep the next one is.
pub(super) struct Spent {
    objects: usize,
    depth: usize,
}

/// Answers the route that takes a schema.
pub(super) fn answer(visit: &mut Visit) -> Result<Value, Refusal> {
    let text = visit
        .asked(SCHEMA.name)
        .unwrap_or_default()
        .trim()
        .to_owned();
    if text.is_empty() {
        return Err(Refusal::error(400, "the schema is missing"));
    }
    if text.len() > LONGEST {
        let message = format!("the schema is longer than {LONGEST} bytes");
        return Err(Refusal::error(414, &message));
    }
    let schema = first_value(&text)?;
    let mut answer = evaluate(visit, &schema)?;
    let meta = meta(visit, &schema, &answer);
    for list in answer.values_mut() {
        if let Some(page) = list.get_mut(PAGE) {
            *list = page.take();
        }
    }
    if !meta.is_empty() {
        answer.insert(META.to_owned(), Value::Object(meta));
    }
    Ok(Value::Object(answer))
}

/// The schema, which is the first value of the text.
fn first_value(text: &str) -> Result<Record, Refusal> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    match values.next() {
        Some(Ok(Value::Object(schema))) => Ok(schema),
        Some(Ok(_)) => Err(Refusal::error(400, "the schema must be a JSON object")),
        Some(Err(_)) | None => Err(Refusal::error(400, "the schema is not valid JSON")),
    }
}

/// The objects of a schema. Lists at its top are wrapped, with whether there are
/// more.
fn evaluate(visit: &mut Visit, schema: &Record) -> Result<Record, Refusal> {
    let mut spent = Spent {
        objects: 0,
        depth: 0,
    };
    let mut answer = Record::new();
    for (name, spec) in schema {
        let value = member(visit, name, spec, None, &mut spent)?;
        let name = key(name).and_then(|key| key.instead).unwrap_or(name);
        answer.insert(name.to_owned(), value);
    }
    Ok(answer)
}

/// The objects of a schema of a page, whose lists are whole.
pub(super) fn of_page(visit: &mut Visit, schema: &Value) -> Result<Record, Refusal> {
    let schema = record::object(schema.clone());
    let mut objects = evaluate(visit, &schema)?;
    for list in objects.values_mut() {
        if let Some(page) = list.get_mut(PAGE) {
            *list = page.take();
        }
    }
    Ok(objects)
}

/// Under this name a list at the top lies, beside whether there is more. No object
/// has such a field.
const PAGE: &str = "\u{0}page";
const MORE: &str = "\u{0}more";

fn member(
    visit: &mut Visit,
    name: &str,
    spec: &Value,
    parent: Option<&Record>,
    spent: &mut Spent,
) -> Result<Value, Refusal> {
    let Some(key) = key(name) else {
        return Err(unknown(name));
    };
    let all = Record::new();
    let spec = match spec {
        Value::Object(spec) => spec,
        Value::Array(items) if items.is_empty() => &all,
        _ => {
            let message = format!("{name} must be {{}}, [] or an object with filters");
            return Err(Refusal::error(400, &message));
        }
    };
    if spent.depth > DEEPEST {
        let message = format!("the schema nests more than {DEEPEST} objects");
        return Err(Refusal::error(400, &message));
    }
    let filters = resolved(key, spec, parent)?;
    match key.answers {
        KeyAnswer::Only => only(visit, key.instead.unwrap_or(name)),
        KeyAnswer::Number => {
            let found = matching(visit, key, &filters, parent);
            Ok(found.len().into())
        }
        KeyAnswer::One => one(visit, key, spec, &filters, parent, spent),
        // The misspelt name of what one item has.
        KeyAnswer::List if parent.is_some() && name == "products" => {
            one(visit, key, spec, &filters, parent, spent)
        }
        KeyAnswer::List => list(visit, key, spec, &filters, parent, spent),
    }
}

fn unknown(name: &str) -> Refusal {
    let near = KEYS
        .iter()
        .map(|key| (strsim::damerau_levenshtein(key.name, name), key.name))
        .min()
        .map_or("", |(_, near)| near);
    let name: String = name.chars().take(60).collect();
    Refusal::error(
        400,
        &format!("the portal has no objects {name}; the nearest are {near}"),
    )
}

/// The filters, with values of the enclosing object in their places.
fn resolved(key: &SchemaKey, spec: &Record, parent: Option<&Record>) -> Result<Record, Refusal> {
    let mut filters = Record::new();
    for (name, value) in spec {
        if key.related.contains(&name.as_str()) {
            continue;
        }
        let field = value.as_str().and_then(|text| text.strip_prefix(PARENT));
        let value = match (field, parent) {
            (None, _) => value.clone(),
            (Some(field), Some(parent)) => record::at(parent, field).cloned().unwrap_or_default(),
            (Some(_), None) => {
                let message = format!("{} has no enclosing object", key.name);
                return Err(Refusal::error(400, &message));
            }
        };
        filters.insert(name.clone(), value);
    }
    Ok(filters)
}

fn only(visit: &Visit, name: &str) -> Result<Value, Refusal> {
    Ok(match name {
        "settings" => objects::settings(visit.state),
        "store" => objects::store(visit.state),
        _ => {
            let customer = visit.own(TableName::Customers, visit.customer)?;
            let of = TableName::Customers;
            objects::shown(visit.state, of, visit.customer, customer).into()
        }
    })
}

fn one(
    visit: &mut Visit,
    key: &SchemaKey,
    spec: &Record,
    filters: &Record,
    parent: Option<&Record>,
    spent: &mut Spent,
) -> Result<Value, Refusal> {
    let Some(of) = related::table_of(key.name) else {
        return Ok(objects::nothing());
    };
    let id = match (filters.get(ID), parent) {
        // Of a field of the enclosing object that is null.
        (Some(Value::Null), _) => return Ok(objects::nothing()),
        (Some(id), _) => record::as_id(id).ok_or_else(Refusal::not_found)?,
        (None, Some(parent)) => match related::one_of_parent(visit, of, parent) {
            Some(id) => id,
            None => return Ok(objects::nothing()),
        },
        (None, None) => match matching(visit, key, filters, None).first() {
            Some(id) if !filters.is_empty() => *id,
            _ => {
                let message = format!("{} needs an id", key.name);
                return Err(Refusal::error(400, &message));
            }
        },
    };
    if !related::may_see(visit, of, id) {
        return match parent {
            Some(_) => Ok(objects::nothing()),
            None => Err(Refusal::not_found()),
        };
    }
    built(visit, key, of, id, spec, spent)
}

/// An object with the related ones that the schema asks for.
fn built(
    visit: &mut Visit,
    key: &SchemaKey,
    of: TableName,
    id: u64,
    spec: &Record,
    spent: &mut Spent,
) -> Result<Value, Refusal> {
    spent.objects += 1;
    if spent.objects > MOST {
        return Err(Refusal::error(400, "the schema asks for too many objects"));
    }
    let mut object = related::object(visit, key.name, of, id).ok_or_else(Refusal::not_found)?;
    for (name, inner) in spec {
        if !key.related.contains(&name.as_str()) {
            continue;
        }
        spent.depth += 1;
        let value = member(visit, name, inner, Some(&object.clone()), spent)?;
        spent.depth -= 1;
        object.insert(name.clone(), value);
    }
    Ok(Value::Object(object))
}

fn list(
    visit: &mut Visit,
    key: &SchemaKey,
    spec: &Record,
    filters: &Record,
    parent: Option<&Record>,
    spent: &mut Spent,
) -> Result<Value, Refusal> {
    let Some(of) = related::table_of(key.name) else {
        return related::computed(visit, key.name).map(Value::Array);
    };
    // One object is named, and answered under the name of the list.
    if filters.contains_key(ID) {
        return one(visit, key, spec, filters, parent, spent);
    }
    let found = matching(visit, key, filters, parent);
    // Scripts of themes expect the product itself where its number is given.
    if let ([id], true) = (found.as_slice(), filters.contains_key("shopify_product_id")) {
        return built(visit, key, of, *id, spec, spent);
    }
    let (page, size) = paging(filters);
    let begin = page.saturating_sub(1).saturating_mul(size).min(found.len());
    let end = begin.saturating_add(size).min(found.len());
    let mut items = Vec::with_capacity(end - begin);
    for id in &found[begin..end] {
        items.push(built(visit, key, of, *id, spec, spent)?);
    }
    if parent.is_some() {
        return Ok(Value::Array(items));
    }
    Ok(json!({PAGE: items, MORE: end < found.len()}))
}

fn paging(filters: &Record) -> (usize, usize) {
    let number = |name: &str| {
        let given = record::number(filters, name)?;
        usize::try_from(given).ok().filter(|given| *given > 0)
    };
    let size = number("limit").unwrap_or(LARGEST_PAGE).min(LARGEST_PAGE);
    (number("page").unwrap_or(1), size)
}

/// The numbers of the records that the filters let through, in their order.
fn matching(visit: &Visit, key: &SchemaKey, filters: &Record, parent: Option<&Record>) -> Vec<u64> {
    let Some(of) = related::table_of(key.name) else {
        return Vec::new();
    };
    let mut filters = filters.clone();
    let parent_id = parent.and_then(|parent| record::id(parent, ID));
    let names_address = parent.is_some_and(|parent| parent.contains_key("address1"));
    if let Some(id) = parent_id.filter(|_| key.filters.contains(&"address_id")) {
        let name = if names_address {
            "address_id"
        } else {
            "subscription_id"
        };
        filters.insert(name.to_owned(), id.into());
    }
    let ids = related::ids_of(visit, of, parent);
    let sort = record::text(&filters, "sort_by").to_owned();
    let is_plain = sort.is_empty() && !FILTERS.iter().any(|name| filters.contains_key(*name));
    if is_plain {
        return ids;
    }
    let mut found: Vec<(Value, u64)> = Vec::new();
    let (field, descends) = match sort.rsplit_once('-') {
        Some((field, direction)) => (field, direction == "desc"),
        None => ("", true),
    };
    for id in ids {
        let Some(object) = related::object(visit, key.name, of, id) else {
            continue;
        };
        if lets_through(&filters, &object) {
            let by = object.get(field).cloned().unwrap_or_default();
            found.push((by, id));
        }
    }
    if !field.is_empty() {
        found.sort_by(|one, other| order(&one.0, &other.0).then(one.1.cmp(&other.1)));
        if descends {
            found.reverse();
        }
    }
    found.into_iter().map(|(_, id)| id).collect()
}

/// The filters that choose among records.
const FILTERS: &[&str] = &[
    "status",
    "address_id",
    "subscription_id",
    "title",
    "shopify_product_id",
    "collection_id",
    "cancellation_flow_type",
    "action_type",
    "exclude_prepaids",
];

fn lets_through(filters: &Record, object: &Record) -> bool {
    let same = |name: &str, found: Option<&Value>| {
        let wanted = filters.get(name).and_then(record::plain);
        wanted.is_none_or(|wanted| {
            let found = found.and_then(record::plain).unwrap_or_default();
            found.eq_ignore_ascii_case(wanted.trim())
        })
    };
    let words = record::text(filters, "title").trim().to_lowercase();
    let on_lines = |id: &Value| {
        let wanted = record::as_id(id);
        let lines = record::list(object, "line_items").iter();
        let mut items = lines.map(|line| line.get("subscription_id").and_then(record::as_id));
        // Items themselves have no lines.
        object.get("line_items").is_none() || items.any(|found| found == wanted)
    };
    same("status", object.get("status"))
        && same("address_id", object.get("address_id"))
        && same("shopify_product_id", object.get("shopify_product_id"))
        && same("collection_id", object.get("collection_id"))
        && same(
            "cancellation_flow_type",
            object.get("cancellation_flow_type"),
        )
        && filters.get("subscription_id").is_none_or(on_lines)
        && record::text(object, "title")
            .to_lowercase()
            .contains(&words)
}

fn order(one: &Value, other: &Value) -> std::cmp::Ordering {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        _ => record::plain(one).cmp(&record::plain(other)),
    }
}

/// How the lists of an answer continue: URLs of the pages beside this one.
fn meta(visit: &Visit, schema: &Record, answer: &Record) -> Map<String, Value> {
    let mut meta = Map::new();
    for (name, list) in answer {
        let Some(more) = list.get(MORE).and_then(Value::as_bool) else {
            continue;
        };
        let spec = schema
            .get(name)
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        let (page, _) = paging(&spec);
        let is_paged = spec.contains_key("limit") || spec.contains_key("page");
        if !is_paged && !more {
            continue;
        }
        let url = |page: usize| {
            let mut spec = spec.clone();
            spec.insert("page".to_owned(), page.into());
            let mut schema = schema.clone();
            schema.insert(name.clone(), Value::Object(spec));
            let schema = Value::Object(schema).to_string();
            let schema = utf8_percent_encode(&schema, NON_ALPHANUMERIC);
            visit.url(&format!("/request_objects?{}={schema}", SCHEMA.name))
        };
        let next = more.then(|| url(page + 1));
        let previous = (page > 1).then(|| url(page - 1));
        meta.insert(name.clone(), json!({"next": next, "previous": previous}));
    }
    meta
}
