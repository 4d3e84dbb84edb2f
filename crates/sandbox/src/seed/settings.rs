//! Everything else that a store has: staff, webhooks, metafields, credits,
//! bundles, retention strategies, checkouts, batches, events.

use serde_json::{Value, json};

use super::Seeder;
use crate::rules;
use crate::rules::events::{self, EventFacts};
use crate::storage::tables::TableName;
use crate::values::money::Cents;
use crate::values::record;

/// Of so many customers, one has a metafield, a credit account, an event …
const ONE_IN: usize = 5;

impl Seeder {
    pub(super) fn settings(&mut self) {
        self.accounts();
        self.webhooks();
        self.retention();
        self.batches();
        self.checkouts();
        let customers: Vec<u64> = self
            .state
            .table(TableName::Customers)
            .ids(..)
            .step_by(ONE_IN)
            .take(2_000)
            .collect();
        let subscriptions: Vec<u64> = self
            .state
            .table(TableName::Subscriptions)
            .ids(..)
            .step_by(ONE_IN)
            .take(2_000)
            .collect();
        for id in &customers {
            self.metafield("customer", *id, "personal_info", "nickname", "Sunny");
        }
        for id in customers.iter().step_by(2) {
            self.credit(*id);
        }
        for id in &subscriptions {
            self.metafield("subscription", *id, "logistics", "shelf", "B-12");
        }
        for id in subscriptions.iter().step_by(2) {
            self.bundle(*id);
        }
        self.memberships();
        self.events(&subscriptions);
    }

    /// A program, and a member of it for each of the first two customers.
    fn memberships(&mut self) {
        let members: Vec<u64> = self
            .state
            .table(TableName::Customers)
            .ids(..)
            .take(2)
            .collect();
        let program = self.state.next_id(TableName::MembershipPrograms);
        let stamp = self.stamp_ago(400);
        let club = record::object(json!({
            "id": program, "description": "Free shipping for members", "name": "Club",
            "status": "active", "tag_name": "club-member", "created_at": stamp,
            "updated_at": stamp, "external_attributes": {},
        }));
        self.state
            .lay(TableName::MembershipPrograms, program, &club);
        for customer in members {
            let id = self.state.next_id(TableName::Memberships);
            let addresses = self.state.table(TableName::Addresses);
            let address = addresses.find("customer_id", customer).first().copied();
            let subscriptions = self.state.table(TableName::Subscriptions);
            let item = subscriptions.find("customer_id", customer).first().copied();
            let membership = record::object(json!({
                "id": id, "address_id": address, "customer_id": customer,
                "membership_program_id": program, "purchase_item_id": item,
                "cancellation_reason": null, "cancellation_reason_comments": null,
                "cancelled_at": null, "created_at": stamp, "expires_at": null,
                "has_queued_charges": true, "quantity": 1, "status": "active",
                "type": "membership_subscription", "updated_at": stamp,
            }));
            self.state.lay(TableName::Memberships, id, &membership);
        }
    }

    fn accounts(&mut self) {
        for owner in [true, false, false] {
            let id = self.state.next_id(TableName::Accounts);
            let (created, invited) = (self.stamp_ago(1_200), self.stamp_ago(1_201));
            let account = record::object(json!({
                "id": id,
                "user_id": 2_057_000 + id % 1_000,
                "created_at": created,
                "invited_at": if owner { Value::Null } else { json!(invited) },
                "is_owner": owner,
            }));
            self.state.lay(TableName::Accounts, id, &account);
        }
    }

    fn webhooks(&mut self) {
        for topic in [
            "subscription/created",
            "subscription/cancelled",
            "charge/paid",
        ] {
            let id = self.state.next_id(TableName::Webhooks);
            let mut webhook = rules::webhook(id);
            record::set(
                &mut webhook,
                "address",
                "https://hooks.example.com/recharge",
            );
            record::set(&mut webhook, "topic", topic);
            self.state.lay(TableName::Webhooks, id, &webhook);
        }
    }

    fn retention(&mut self) {
        let offers = [
            (
                "I already have more than I need",
                "Would a later delivery help?",
                Some("delay_subscription"),
                None,
            ),
            (
                "This is too expensive",
                "How about something off the next one?",
                Some("discount"),
                Some("WELCOME10"),
            ),
            (
                "I want a different product or variety",
                "Shall we swap it?",
                Some("swap_product"),
                None,
            ),
            (
                "This was created by accident",
                "Anything that you would like to tell us?",
                None,
                None,
            ),
        ];
        for (reason, text, incentive, code) in offers {
            let id = self.state.next_id(TableName::RetentionStrategies);
            let stamp = self.stamp_ago(400);
            let mut strategy = rules::retention_strategy(id, &stamp);
            record::set(&mut strategy, "reason", reason);
            record::set(&mut strategy, "prevention_text", text);
            record::set(&mut strategy, "incentive_type", incentive);
            record::set(&mut strategy, "discount_code", code);
            self.state
                .lay(TableName::RetentionStrategies, id, &strategy);
        }
    }

    /// One batch that ran, and one that waits.
    fn batches(&mut self) {
        for ran in [true, false] {
            let id = self.state.next_id(TableName::Batches);
            let stamp = self.stamp_ago(if ran { 9 } else { 1 });
            let mut batch = rules::batch(id, "discount_create", &stamp);
            let codes = ["SUMMER-A", "SUMMER-B", "SUMMER-C"];
            for code in codes {
                let task_id = self.state.next_id(TableName::BatchTasks);
                let body = json!({"code": code, "value": "10.00", "value_type": "percentage"});
                let mut task = rules::task(task_id, id, &body, &stamp);
                if ran {
                    for at in ["queued_at", "started_at", "completed_at"] {
                        record::set(&mut task, at, stamp.as_str());
                    }
                    let errors = json!({"errors": {"code": ["code already exists on store"]}});
                    record::set(&mut task, "status", "failed");
                    record::set(
                        &mut task,
                        "result",
                        json!({"status_code": 422, "output": errors}),
                    );
                }
                self.state.lay(TableName::BatchTasks, task_id, &task);
            }
            record::set(&mut batch, "total_task_count", codes.len());
            if ran {
                record::set(&mut batch, "status", "completed");
                record::set(&mut batch, "submitted_at", stamp.as_str());
                record::set(&mut batch, "closed_at", stamp.as_str());
                record::set(&mut batch, "fail_task_count", codes.len());
            }
            self.state.lay(TableName::Batches, id, &batch);
        }
    }

    fn checkouts(&mut self) {
        let Some(product) = self.products.first().cloned() else {
            return;
        };
        let id = self.state.next_id(TableName::Checkouts);
        let token = "efd5a6b12b984f439ec16ce2a00fb5c3";
        let stamp = self.stamp_ago(1);
        let mut checkout = rules::checkout(token, &stamp);
        let variant = record::list(&product, "variants")
            .first()
            .cloned()
            .unwrap_or(Value::Null);
        let item = record::object(json!({
            "external_variant_id": {"ecommerce": variant.get("external_variant_id")},
            "quantity": 2,
        }));
        let line = rules::checkout_line(&self.state, &item);
        record::set(&mut checkout, "email", "basket@example.com");
        record::set(&mut checkout, "line_items", vec![line]);
        record::set(
            &mut checkout,
            "shipping_address",
            json!({
                "address1": "12 Bluebell Way", "address2": "", "city": "Austin", "company": null,
                "country_code": "US", "first_name": "Ida", "last_name": "Marsh", "phone": "",
                "province": "Texas", "zip": "78702",
            }),
        );
        rules::settle_checkout(&mut checkout);
        self.state.lay(TableName::Checkouts, id, &checkout);
    }

    fn metafield(&mut self, kind: &str, owner: u64, namespace: &str, key: &str, value: &str) {
        let id = self.state.next_id(TableName::Metafields);
        let days = self.random.i64(1..100);
        let stamp = self.stamp_ago(days);
        let mut field = rules::metafield(id, &stamp);
        for (name, text) in [
            ("owner_resource", kind),
            ("namespace", namespace),
            ("key", key),
            ("value", value),
        ] {
            record::set(&mut field, name, text);
        }
        record::set(&mut field, "owner_id", owner);
        self.state.lay(TableName::Metafields, id, &field);
    }

    /// A credit account with what came in and what went out.
    fn credit(&mut self, customer: u64) {
        let id = self.state.next_id(TableName::CreditAccounts);
        let days = self.random.i64(30..200);
        let stamp = self.stamp_ago(days);
        let given = Cents(self.random.i64(2..40) * 50);
        let spent = Cents(given.0 / 4);
        let account = record::object(json!({
            "id": id,
            "customer_id": customer,
            "available_balance": given - spent,
            "created_at": stamp,
            "currency_code": "USD",
            "expires_at": null,
            "initial_value": given,
            "name": "Reward Credit",
            "type": "reward",
            "updated_at": stamp,
        }));
        self.state.lay(TableName::CreditAccounts, id, &account);
        for (kind, amount, balance) in [("credit", given, given), ("debit", spent, given - spent)] {
            let adjustment_id = self.state.next_id(TableName::CreditAdjustments);
            let adjustment = record::object(json!({
                "id": adjustment_id,
                "credit_account_id": id,
                "amount": amount,
                "created_at": stamp,
                "currency_code": "USD",
                "ending_balance": balance,
                "note": if kind == "credit" { "Thank you for your patience" } else { "Used for an order" },
                "type": kind,
                "updated_at": stamp,
            }));
            self.state
                .lay(TableName::CreditAdjustments, adjustment_id, &adjustment);
        }
    }

    fn bundle(&mut self, subscription: u64) {
        let Some(one) = self.state.get(TableName::Subscriptions, subscription) else {
            return;
        };
        let id = self.state.next_id(TableName::BundleSelections);
        let days = self.random.i64(1..90);
        let stamp = self.stamp_ago(days);
        let items = json!([{
            "collection_id": "134157",
            "external_product_id": record::text(&one, "external_product_id.ecommerce"),
            "external_variant_id": record::text(&one, "external_variant_id.ecommerce"),
            "quantity": 3,
        }]);
        let selection = rules::bundle_selection(id, subscription, &one, &items, &stamp);
        self.state.lay(TableName::BundleSelections, id, &selection);
    }

    /// What happened during the last days.
    fn events(&mut self, subscriptions: &[u64]) {
        let Some(token) = self.state.tokens.first().cloned() else {
            return;
        };
        for subscription in subscriptions.iter().take(50) {
            let Some(one) = self.state.get(TableName::Subscriptions, *subscription) else {
                continue;
            };
            let told = EventFacts {
                customer: record::id(&one, "customer_id"),
                object: "subscription",
                id: *subscription,
                verb: "updated",
                attributes: vec![
                    json!({"attribute": "quantity", "previous_value": 1, "value": one.get("quantity")}),
                ],
            };
            let days = self.random.i64(0..6);
            let at = self.ago(days);
            let id = self.state.next_id(TableName::Events);
            let event = events::event(id, &told, at, &token);
            self.state.lay(TableName::Events, id, &event);
        }
    }
}
