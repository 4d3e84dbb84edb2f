//! Collections: named lists of products, and who is in them.

use serde_json::json;

use super::{Ruling, target, update};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::Refusal;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};

/// The reference's limit for products of one request.
const MOST_PRODUCTS: usize = 250;

pub(super) fn act(verb: &str, state: &mut State, asked: &CheckedRequest) -> Ruling {
    if verb == "create" {
        return create(state, asked);
    }
    let (id, mut collection) = target(state, TableName::Collections, asked)?;
    match verb {
        "update" => {
            fill(asked, &mut collection)?;
            state.change(TableName::Collections, id, &collection, "updated");
            Ok(Outcome::One(collection))
        }
        "delete" => {
            for place in state
                .table(TableName::CollectionProducts)
                .find("collection_id", id)
            {
                state.delete(TableName::CollectionProducts, place);
            }
            state.delete(TableName::Collections, id);
            Ok(Outcome::Nothing)
        }
        "add_products" => add(state, asked, id),
        "remove_products" => remove(state, asked, id),
        _ => Err(super::unknown_verb()),
    }
}

/// A collection with everything in its place and nothing chosen.
pub(crate) fn blank(id: u64, stamp: &str) -> Record {
    record::object(json!({
        "id": id,
        "created_at": stamp,
        "description": null,
        "sort_order": "id-desc",
        "title": null,
        "type": "manual",
        "updated_at": stamp,
    }))
}

fn create(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let id = state.next_id(TableName::Collections);
    let mut collection = blank(id, &asked.stamp());
    fill(asked, &mut collection)?;
    state.create(TableName::Collections, id, &collection);
    Ok(Outcome::One(collection))
}

/// Puts in what was asked for. A sort order is asked for as `created-asc` and
/// answered as `created_at-asc`.
fn fill(asked: &CheckedRequest, collection: &mut Record) -> Result<(), Refusal> {
    update(asked, collection);
    if record::text(collection, "title").is_empty() {
        return Err(Refusal::invalid("title", "Shorter than minimum length 1."));
    }
    if let Some(direction) = record::text(collection, "sort_order").strip_prefix("created-") {
        let answered = format!("created_at-{direction}");
        collection.insert("sort_order".to_owned(), answered.into());
    }
    Ok(())
}

/// The place of a product in a collection.
pub(crate) fn place(collection: u64, product: &str, stamp: &str) -> Record {
    record::object(json!({
        "collection_id": collection,
        "created_at": stamp,
        "external_product_id": product,
        "updated_at": stamp,
    }))
}

fn wanted(asked: &CheckedRequest) -> Result<Vec<String>, Refusal> {
    let field = "collection_products";
    let wanted: Vec<String> = record::list(asked.body, field)
        .iter()
        .filter_map(|one| record::plain(one.get("external_product_id")?))
        .collect();
    if wanted.is_empty() || wanted.len() > MOST_PRODUCTS {
        return Err(Refusal::invalid(
            field,
            format!("must be 1 to {MOST_PRODUCTS} products"),
        ));
    }
    Ok(wanted)
}

/// Where a product is in a collection.
fn standing(state: &State, collection: u64, product: &str) -> Option<(u64, Record)> {
    // A product is in few collections; a collection may hold thousands.
    let places = state.all(
        TableName::CollectionProducts,
        "external_product_id",
        product,
    );
    places
        .into_iter()
        .find(|(_, place)| record::id(place, "collection_id") == Some(collection))
}

/// A product that is in the collection already stays as it is.
fn add(state: &mut State, asked: &CheckedRequest, collection: u64) -> Ruling {
    let mut places = Vec::new();
    for product in wanted(asked)? {
        let known = state
            .table(TableName::Products)
            .find_one("external_product_id", &product);
        if known.is_none() {
            let message = format!("product {product} does not exist");
            return Err(Refusal::invalid("external_product_id", message));
        }
        if let Some((_, place)) = standing(state, collection, &product) {
            places.push(place);
            continue;
        }
        let id = state.next_id(TableName::CollectionProducts);
        let record = place(collection, &product, &asked.stamp());
        state.create(TableName::CollectionProducts, id, &record);
        places.push(record);
    }
    Ok(Outcome::Many(places))
}

fn remove(state: &mut State, asked: &CheckedRequest, collection: u64) -> Ruling {
    for product in wanted(asked)? {
        let (place, _) = standing(state, collection, &product).ok_or_else(Refusal::not_found)?;
        state.delete(TableName::CollectionProducts, place);
    }
    Ok(Outcome::Nothing)
}
