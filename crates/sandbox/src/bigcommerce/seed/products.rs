//! Products with their variants, numbered as a store that grew would have them.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::money::{cents, number, whole};
use crate::storage::state::State;
use crate::storage::tables::{TABLES, TableName};
use crate::values::record::{self, Record, list, text};

/// What the shop sells.
#[derive(Debug)]
pub(super) struct ShopProducts {
    pub(super) products: Vec<Record>,
    pub(super) variants: Vec<Record>,
    /// Numbers of product and variant by the number that Recharge knows the
    /// variant by.
    numbers: HashMap<String, (u64, u64)>,
}

impl ShopProducts {
    /// The numbers of product and variant of a line of Recharge.
    pub(super) fn numbers_of(&self, external_variant: &str) -> Option<(u64, u64)> {
        self.numbers.get(external_variant).copied()
    }
}

/// Every product and variant.
pub(super) fn all(recharge: &State) -> ShopProducts {
    let table = recharge.table(TableName::Products);
    let first = |name: TableName| TABLES[name as usize].1.first_id;
    let mut goods = ShopProducts {
        products: Vec::new(),
        variants: Vec::new(),
        numbers: HashMap::new(),
    };
    let mut variant_id = first(TableName::BigcommerceVariants);
    let found = table.ids(..).filter_map(|id| table.get(id));
    for (from, id) in found.zip(first(TableName::BigcommerceProducts)..) {
        let own = goods.variants.len();
        for (place, variant_from) in list(&from, "variants").iter().enumerate() {
            let Value::Object(variant_from) = variant_from else {
                continue;
            };
            let external = text(variant_from, "external_variant_id").to_owned();
            goods.numbers.insert(external, (id, variant_id));
            let made = variant(&from, variant_from, (id, variant_id), place);
            goods.variants.push(made);
            variant_id += 1;
        }
        let made = product(id, &from, &goods.variants[own..]);
        goods.products.push(made);
    }
    goods
}

/// The number of an option, and of its value at a place.
fn option_numbers(product: u64, place: usize) -> (u64, u64) {
    let option = product + 30;
    (option, option * 10 + place as u64)
}

fn variant(product: &Record, from: &Record, (id, number_of): (u64, u64), place: usize) -> Record {
    let price = number(cents(from, "prices.unit_price"));
    let weight = record::at(from, "dimensions.weight")
        .cloned()
        .unwrap_or_else(|| whole(0));
    let (option, value) = option_numbers(id, place);
    let option_values: Vec<Value> = list(from, "option_values")
        .iter()
        .map(|named| {
            json!({
                "id": value,
                "label": named["label"],
                "option_id": option,
                "option_display_name": option_name(product),
            })
        })
        .collect();
    record::object(json!({
        "id": number_of,
        "product_id": id,
        "sku": text(from, "sku"),
        "sku_id": number_of + 40,
        "price": price,
        "calculated_price": price,
        "sale_price": null,
        "retail_price": null,
        "map_price": null,
        "cost_price": 0,
        "weight": weight,
        "calculated_weight": weight,
        "width": null,
        "height": null,
        "depth": null,
        "is_free_shipping": false,
        "fixed_cost_shipping_price": null,
        "purchasing_disabled": false,
        "purchasing_disabled_message": "",
        "image_url": text(from, "image.original"),
        "upc": "",
        "mpn": "",
        "gtin": "",
        "inventory_level": 20 + place,
        "inventory_warning_level": 5,
        "bin_picking_number": "",
        "option_values": option_values,
    }))
}

fn option_name(product: &Record) -> &str {
    let first = list(product, "options").first();
    first
        .and_then(|option| option["name"].as_str())
        .unwrap_or("Variant")
}

fn product(id: u64, from: &Record, variants: &[Record]) -> Record {
    let first = variants.first();
    let of_first = |name: &str| first.and_then(|one| one.get(name)).cloned();
    let price = of_first("price").unwrap_or_else(|| whole(0));
    let title = text(from, "title");
    let stock: i64 = variants
        .iter()
        .filter_map(|one| record::number(one, "inventory_level"))
        .sum();
    let mut made = record::object(json!({
        "id": id,
        "name": title,
        "type": "physical",
        "sku": "",
        "description": format!("<p>{}</p>", text(from, "description")),
        "weight": of_first("weight").unwrap_or_else(|| whole(0)),
        "width": 0,
        "depth": 0,
        "height": 0,
        "price": price,
        "cost_price": 0,
        "retail_price": 0,
        "sale_price": 0,
        "map_price": 0,
        "tax_class_id": 0,
        "product_tax_code": "",
        "categories": [23],
        "brand_id": 35,
        "inventory_level": stock,
        "inventory_warning_level": 0,
        "inventory_tracking": "variant",
        "fixed_cost_shipping_price": 0,
        "is_free_shipping": false,
        "is_visible": !id.is_multiple_of(7),
        "is_featured": id.is_multiple_of(4),
        "related_products": [-1],
        "warranty": "",
        "bin_picking_number": "",
        "layout_file": "product.html",
        "upc": "",
        "search_keywords": "",
    }));
    made.extend(presentation(id, title));
    made.extend(parts(id, from, variants, &price));
    made
}

/// How a product is presented in the shop.
fn presentation(id: u64, title: &str) -> Record {
    record::object(json!({
        "availability_description": "",
        "availability": "available",
        "gift_wrapping_options_type": "any",
        "gift_wrapping_options_list": [],
        "sort_order": 0,
        "condition": "New",
        "is_condition_shown": false,
        "order_quantity_minimum": 0,
        "order_quantity_maximum": 0,
        "page_title": "",
        "meta_keywords": [],
        "meta_description": "",
        "view_count": id * 13 % 97,
        "preorder_release_date": null,
        "preorder_message": "",
        "is_preorder_only": false,
        "is_price_hidden": false,
        "price_hidden_label": "",
        "custom_url": {"url": format!("/{}/", slug(title)), "is_customized": false},
        "open_graph_type": "product",
        "open_graph_title": "",
        "open_graph_description": "",
        "open_graph_use_meta_description": true,
        "open_graph_use_product_name": true,
        "open_graph_use_image": true,
        "gtin": "",
        "mpn": "",
        "date_last_imported": "",
        "reviews_rating_sum": 0,
        "reviews_count": 0,
        "total_sold": id * 5 % 61,
    }))
}

/// What belongs to a product, most of which a request has to ask for.
fn parts(id: u64, from: &Record, variants: &[Record], price: &Value) -> Record {
    let first = variants.first().and_then(|one| one.get("id")).cloned();
    let images = images(id, from);
    record::object(json!({
        "custom_fields": [{"id": id + 400, "name": "Roast", "value": "Medium"}],
        "bulk_pricing_rules": [],
        "images": images,
        "primary_image": images.first(),
        "videos": [],
        "parent_relations": [],
        "date_created": text(from, "external_created_at"),
        "date_modified": text(from, "external_updated_at"),
        "base_variant_id": first.filter(|_| variants.len() == 1),
        "calculated_price": price,
        "options": options(id, from, variants),
        "modifiers": [],
        "option_set_id": if variants.len() > 1 { Some(id + 20) } else { None },
        "option_set_display": "right",
        "channels": [1],
        "variants": variants,
    }))
}

fn images(product: u64, from: &Record) -> Vec<Value> {
    let found = list(from, "images").iter().zip(0_u64..);
    let made = found.map(|(image, place)| {
        json!({
            "id": product * 4 + place,
            "product_id": product,
            "is_thumbnail": place == 0,
            "sort_order": place,
            "description": "",
            "image_file": format!("{}/{product}__{place}.png", product % 10),
            "url_zoom": image["original"],
            "url_standard": image["large"],
            "url_thumbnail": image["medium"],
            "url_tiny": image["small"],
            "date_modified": text(from, "external_updated_at"),
        })
    });
    made.collect()
}

fn options(product: u64, from: &Record, variants: &[Record]) -> Vec<Value> {
    if variants.len() < 2 {
        return Vec::new();
    }
    let (option, _) = option_numbers(product, 0);
    let values = variants.iter().enumerate().map(|(place, variant)| {
        let named = list(variant, "option_values").first();
        json!({
            "id": option_numbers(product, place).1,
            "label": named.map(|named| named["label"].clone()),
            "sort_order": place,
            "value_data": null,
            "is_default": false,
        })
    });
    vec![json!({
        "id": option,
        "product_id": product,
        "name": format!("{}{option}", option_name(from)),
        "display_name": option_name(from),
        "type": "dropdown",
        "sort_order": 0,
        "option_values": values.collect::<Vec<Value>>(),
        "config": [],
    })]
}

/// A title as the path of a page.
fn slug(title: &str) -> String {
    let letters = title.chars().map(|letter| {
        if letter.is_ascii_alphanumeric() {
            letter.to_ascii_lowercase()
        } else {
            '-'
        }
    });
    letters.collect()
}
