//! Orders with their lines.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::money::{NOTHING, cents, four_decimals};
use super::source::Shop;
use crate::v2021_01::country_name;
use crate::values::money::Cents;
use crate::values::record::{self, Record, list, text};
use crate::values::time;

/// The member of a stored order with its lines, which the API lists apart.
pub(in crate::bigcommerce) const LINES: &str = "_lines";

/// The member of a stored order with the address that it is sent to.
pub(in crate::bigcommerce) const SHIPPING_ADDRESS: &str = "_shipping_address";

/// How long a parcel takes to leave, and to be completed.
const SENT_AFTER: SignedDuration = SignedDuration::from_hours(24);
const COMPLETED_AFTER: SignedDuration = SignedDuration::from_hours(14 * 24);

/// A status of an order: its number and its name.
type Status = (u64, &'static str);

const PENDING: Status = (1, "Pending");
const SHIPPED: Status = (2, "Shipped");
const REFUNDED: Status = (4, "Refunded");
const CANCELLED: Status = (5, "Cancelled");
const DECLINED: Status = (6, "Declined");
const COMPLETED: Status = (10, "Completed");
const AWAITING_FULFILMENT: Status = (11, "Awaiting Fulfillment");
const PARTLY_REFUNDED: Status = (14, "Partially Refunded");

/// The amounts of an order.
struct OrderSums {
    lines: Cents,
    tax: Cents,
    shipping: Cents,
    discount: Cents,
    total: Cents,
    refunded: Cents,
}

impl OrderSums {
    fn of(from: &Record) -> Self {
        let shipping = list(from, "shipping_lines").iter().filter_map(|line| {
            let price = line.get("price")?;
            Cents::of(price)
        });
        Self {
            lines: cents(from, "total_line_items_price"),
            tax: cents(from, "total_tax"),
            shipping: shipping.fold(Cents(0), |sum, one| Cents(sum.0 + one.0)),
            discount: cents(from, "total_discounts"),
            total: cents(from, "total_price"),
            refunded: cents(from, "total_refunds"),
        }
    }
}

/// The status of an order, and when it was sent.
fn progress(from: &Record, sums: &OrderSums, now: Timestamp) -> (Status, Option<Timestamp>) {
    let paid = time::parse(text(from, "processed_at"));
    let after = |wait| paid.and_then(|paid| paid.checked_add(wait).ok());
    let is_past = |at: &Timestamp| *at <= now;
    let sent = after(SENT_AFTER).filter(is_past);
    let status = match text(from, "status") {
        "success" => match (sent, after(COMPLETED_AFTER).filter(is_past)) {
            (_, Some(_)) => COMPLETED,
            (Some(_), None) => SHIPPED,
            (None, None) => AWAITING_FULFILMENT,
        },
        "error" => DECLINED,
        "cancelled" => CANCELLED,
        _ => PENDING,
    };
    let status = if sums.refunded <= Cents(0) {
        status
    } else if sums.refunded >= sums.total {
        REFUNDED
    } else {
        PARTLY_REFUNDED
    };
    (status, sent.filter(|_| text(from, "status") == "success"))
}

/// An order, from that of Recharge with this number.
///
/// `credit_card_type`, `custom_status` and the provider's number as text, `""` or
/// null are not in the published list of fields: recorded answers have them.
pub(super) fn order(shop: &Shop, id: u64, from: &Record) -> Record {
    let sums = OrderSums::of(from);
    let ((status_id, status), sent) = progress(from, &sums, shop.now);
    let lines = lines(shop, id, from);
    let items: i64 = lines
        .iter()
        .filter_map(|line| record::whole(&line["quantity"]))
        .sum();
    let sent_items = if sent.is_some() { items } else { 0 };
    let provider = match id % 3 {
        0 => Value::Null,
        1 => "".into(),
        _ => text(from, "charge.external_transaction_id.payment_processor").into(),
    };
    let mut order = record::object(json!({
        "id": id,
        "customer_id": record::id(from, "customer.id"),
        "date_created": text(from, "created_at"),
        "date_modified": text(from, "updated_at"),
        "date_shipped": sent.map_or_else(String::new, time::stamp),
        "status_id": status_id,
        "status": status,
        "cart_id": "",
        "items_total": items,
        "items_shipped": sent_items,
        "payment_method": "Credit Card",
        "payment_provider_id": provider,
        "payment_status": payment_status(status_id),
        "currency_id": 1,
        "currency_code": text(from, "currency"),
        "currency_exchange_rate": "1.0000000000",
        "default_currency_id": 1,
        "default_currency_code": "USD",
        "store_default_currency_code": "USD",
        "store_default_to_transactional_exchange_rate": "1.0000000000",
    }));
    order.extend(circumstances(id, from, status));
    order.extend(amounts(&sums));
    record::set(&mut order, LINES, lines);
    let sent_to = postal_address(from, "shipping_address");
    record::set(&mut order, SHIPPING_ADDRESS, sent_to);
    order
}

/// What is known about an order besides its progress and its amounts.
fn circumstances(id: u64, from: &Record, status: &str) -> Record {
    let country = text(from, "billing_address.country_code");
    record::object(json!({
        "staff_notes": "",
        "customer_message": text(from, "note"),
        "shipping_address_count": 1,
        "ip_address": "",
        "ip_address_v6": "",
        "geoip_country": country_name(country),
        "geoip_country_iso2": country,
        "order_is_digital": false,
        // Those that somebody archived after they were done with.
        "is_deleted": status == COMPLETED.1 && id.is_multiple_of(19),
        "is_email_opt_in": id.is_multiple_of(2),
        "is_tax_inclusive_pricing": false,
        "order_source": "external",
        "channel_id": 1,
        "ebay_order_id": "0",
        "external_id": null,
        "external_merchant_id": null,
        "external_source": "Recharge",
        "external_order_id": text(from, "external_order_id.ecommerce"),
        "tax_provider_id": "BasicTaxProvider",
        "customer_locale": "en",
        "credit_card_type": null,
        "custom_status": status,
        "billing_address": postal_address(from, "billing_address"),
    }))
}

fn payment_status(status: u64) -> &'static str {
    match status {
        4 => "refunded",
        14 => "partially refunded",
        6 => "declined",
        1 | 5 => "",
        _ => "captured",
    }
}

fn amounts(sums: &OrderSums) -> Record {
    let four = four_decimals;
    let net = |cents: Cents, tax: Cents| four(Cents(cents.0 - tax.0));
    record::object(json!({
        "subtotal_ex_tax": four(sums.lines),
        "subtotal_inc_tax": four(Cents(sums.lines.0 + sums.tax.0)),
        "subtotal_tax": four(sums.tax),
        "base_shipping_cost": four(sums.shipping),
        "shipping_cost_ex_tax": four(sums.shipping),
        "shipping_cost_inc_tax": four(sums.shipping),
        "shipping_cost_tax": NOTHING,
        "shipping_cost_tax_class_id": 2,
        "base_handling_cost": NOTHING,
        "handling_cost_ex_tax": NOTHING,
        "handling_cost_inc_tax": NOTHING,
        "handling_cost_tax": NOTHING,
        "handling_cost_tax_class_id": 2,
        "base_wrapping_cost": NOTHING,
        "wrapping_cost_ex_tax": NOTHING,
        "wrapping_cost_inc_tax": NOTHING,
        "wrapping_cost_tax": NOTHING,
        "wrapping_cost_tax_class_id": 3,
        "total_ex_tax": net(sums.total, sums.tax),
        "total_inc_tax": four(sums.total),
        "total_tax": four(sums.tax),
        "refunded_amount": four(sums.refunded),
        "store_credit_amount": NOTHING,
        "gift_certificate_amount": NOTHING,
        "discount_amount": NOTHING,
        "coupon_discount": four(sums.discount),
    }))
}

fn postal_address(from: &Record, path: &str) -> Value {
    let part = |name: &str| text(from, &format!("{path}.{name}"));
    let code = part("country_code");
    json!({
        "first_name": part("first_name"),
        "last_name": part("last_name"),
        "company": part("company"),
        "street_1": part("address1"),
        "street_2": part("address2"),
        "city": part("city"),
        "state": part("province"),
        "zip": part("zip"),
        "country": country_name(code),
        "country_iso2": code,
        "phone": part("phone"),
        "email": text(from, "customer.email"),
        "form_fields": [],
    })
}

/// The lines of an order. Their numbers are unique in the store, as no order has
/// a hundred.
pub(super) fn lines(shop: &Shop, order: u64, from: &Record) -> Vec<Value> {
    let refunded = cents(from, "total_refunds") > Cents(0)
        && cents(from, "total_refunds") >= cents(from, "total_price");
    let sent = progress(from, &OrderSums::of(from), shop.now).1.is_some();
    let found = list(from, "line_items").iter().zip(0_u64..);
    let found = found.filter_map(|(line, place)| Some((line.as_object()?, place)));
    found
        .map(|(from, place)| line(shop, (order, order * 100 + place), from, refunded, sent))
        .map(Value::Object)
        .collect()
}

fn line(
    shop: &Shop,
    (order, id): (u64, u64),
    from: &Record,
    is_refunded: bool,
    is_sent: bool,
) -> Record {
    let external = text(from, "external_variant_id.ecommerce");
    let (product, variant) = shop.goods.numbers_of(external).unwrap_or_default();
    let quantity = record::number(from, "quantity").unwrap_or(1);
    let price = cents(from, "unit_price");
    let total = cents(from, "total_price");
    let tax = cents(from, "tax_due");
    let (each, whole) = (four_decimals(price), four_decimals(total));
    let refund = if is_refunded { total } else { Cents(0) };
    let some = |is: bool| if is { quantity } else { 0 };
    let grams = record::number(from, "grams").unwrap_or(0);
    let mut line = record::object(json!({
        "id": id,
        "order_id": order,
        "product_id": product,
        "variant_id": variant,
        "order_pickup_method_id": 0,
        "order_address_id": order + 7,
        "name": text(from, "title"),
        "name_customer": text(from, "title"),
        "name_merchant": text(from, "title"),
        "sku": text(from, "sku"),
        "upc": "",
        "type": "physical",
        "base_price": each,
        "price_ex_tax": each,
        "price_inc_tax": each,
        "price_tax": NOTHING,
        "base_total": whole,
        "total_ex_tax": whole,
        "total_inc_tax": four_decimals(Cents(total.0 + tax.0)),
        "total_tax": four_decimals(tax),
        "weight": four_decimals(Cents(grams * 100)),
        "width": NOTHING,
        "height": NOTHING,
        "depth": NOTHING,
        "quantity": quantity,
        "base_cost_price": NOTHING,
        "cost_price_inc_tax": NOTHING,
        "cost_price_ex_tax": NOTHING,
        "cost_price_tax": NOTHING,
        "is_refunded": is_refunded,
        "quantity_refunded": some(is_refunded),
        "refund_amount": four_decimals(refund),
        "return_id": 0,
    }));
    line.extend(record::object(json!({
        "wrapping_id": 0,
        "wrapping_name": "",
        "base_wrapping_cost": NOTHING,
        "wrapping_cost_ex_tax": NOTHING,
        "wrapping_cost_inc_tax": NOTHING,
        "wrapping_cost_tax": NOTHING,
        "wrapping_message": "",
        "quantity_shipped": some(is_sent),
        "event_name": null,
        "event_date": "",
        "fixed_shipping_cost": NOTHING,
        "ebay_item_id": "",
        "ebay_transaction_id": "",
        "option_set_id": null,
        "parent_order_product_id": null,
        "is_bundled_product": false,
        "bin_picking_number": "",
        "external_id": null,
        "fulfillment_source": "",
        "brand": "Sandbox Goods",
        "gift_certificate_id": null,
        "discounted_total_inc_tax": whole,
        "applied_discounts": [],
        "product_options": [],
        "configurable_fields": [],
    })));
    line
}
