//! Answers that once contradicted the OpenAPI document, as a tester that read
//! it found them (`tests/openapi/run`).

use serde_json::json;

use super::{Store, of};

#[test]
fn a_collection_answers_its_order_in_the_words_of_the_object() {
    let store = Store::empty();
    let body = json!({"title": "New", "description": "", "sort_order": "created-asc"});
    let collection = store.post("/collections", &body)["collection"].clone();
    assert_eq!(collection["sort_order"], "created_at-asc");
    let path = of("collections", &collection);
    let changed = store.put(&path, &json!({"sort_order": "created-desc"}));
    assert_eq!(changed["collection"]["sort_order"], "created_at-desc");
    assert_eq!(
        store.get(&path)["collection"]["sort_order"],
        "created_at-desc"
    );
}

#[test]
fn a_product_needs_a_number_that_a_path_can_name() {
    let body = json!({"external_product_id": "", "title": "t", "vendor": "v", "options": [], "variants": []});
    let said = Store::empty().refused("POST", "/products", &body);
    assert!(said["external_product_id"].is_array(), "{said}");
}
