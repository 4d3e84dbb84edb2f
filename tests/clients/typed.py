"""A typed client: it reads the scopes of its token first and refuses calls that
they do not cover, and it refuses answers that do not fit its models. It lists
everything in both versions of the API, and creates, changes and cancels."""

import logging
import sys

import elsewhere

elsewhere.mount()

from recharge import RechargeAPI  # noqa: E402

quiet = logging.getLogger("quiet")
quiet.addHandler(logging.NullHandler())
quiet.propagate = False

wrong = []

# Where its models are narrower than the reference: what is said of these is
# passed over.
NARROWER = {
    "2021-01 Charge": "analytics_data.utm_params",  # a list in recorded answers
    "2021-01 Discount": "value",  # a number in recorded answers
    "2021-01 Metafield": "owner_id",
    "2021-01 Onetime": "price",  # cents, which its whole numbers cannot hold
    "2021-01 Order": "total_price",
    "2021-01 Subscription": "price",
    "Address": "'shipping'",  # a value_type of discounts
    "BundleSelection": "bundle_variant_id",  # the reference shows bundle_variant
    "Charge": "'PENDING'",  # authorised, not captured
    "Metafield": "owner_id",  # a number in the reference
    "PaymentMethod": "payment_type",  # methods that have a processor's name alone
    "Order": "external_order_number.ecommerce",  # null until the order is sent
    "Store": "checkout_logo_url",  # a store may have none
    "AsyncBatch tasks": "AsyncBatchTask",  # tasks wait, and have statuses of their own
    "Product": "options.0.position",  # a number in the reference
}


def attempt(name, act, of=None):
    """What act gives, or a note of what went wrong."""
    try:
        return act()
    except Exception as error:  # noqa: BLE001
        told = str(getattr(error, "body", "") or "") + " " + str(error)
        if NARROWER.get(of, "\0") not in told:
            wrong.append(f"{name}: {type(error).__name__} {told[:600]}")
        return None


def lists(api, version, names, queries):
    found = {}
    for name in names:
        resource = getattr(api, name)
        query = queries.get(name)
        of = name if version == "2021-11" else f"{version} {name}"
        words = [query] if query is not None else []
        rows = attempt(f"{version} {name}.list_all", lambda: resource.list_all(*words), of)
        if rows is not None:
            found[name] = len(rows)
            if not rows:
                wrong.append(f"{version} {name}.list_all: empty")
    return found


def life(api):
    """From a new customer to a cancelled subscription."""
    customer = attempt("Customer.create", lambda: api.Customer.create(
        {"email": "typed@example.com", "first_name": "Ty", "last_name": "Ped"}))
    attempt("PaymentMethod.create", lambda: api.PaymentMethod.create({
        "customer_id": customer.id, "payment_type": "CREDIT_CARD", "processor_name": "stripe",
        "processor_customer_token": "cus_typed", "billing_address": {
            "address1": "1 Main St", "city": "Los Angeles", "country_code": "US",
            "first_name": "Ty", "last_name": "Ped", "phone": "", "province": "California",
            "zip": "90001"}}))
    address = attempt("Address.create", lambda: api.Address.create({
        "customer_id": customer.id, "address1": "1 Main St", "city": "Los Angeles",
        "country_code": "US", "first_name": "Ty", "last_name": "Ped",
        "phone": "", "province": "California", "zip": "90001"}))
    product = elsewhere.product()
    one = attempt("Subscription.create", lambda: api.Subscription.create({
        "address_id": address.id, "charge_interval_frequency": 1,
        "next_charge_scheduled_at": "2031-01-01", "order_interval_frequency": 1,
        "order_interval_unit": "month", "quantity": 1,
        "external_variant_id": {"ecommerce": product["variants"][0]["external_variant_id"]}}))
    path = str(one.id)
    steps = [
        ("update", lambda: api.Subscription.update(path, {"quantity": "3"}), "active"),
        ("change_date", lambda: api.Subscription.change_date(path, {"date": "2031-02-01"}), "active"),
        ("cancel", lambda: api.Subscription.cancel(path, {"cancellation_reason": "enough"}), "cancelled"),
        ("activate", lambda: api.Subscription.activate(path), "active"),
        ("get", lambda: api.Subscription.get(path), "active"),
    ]
    for name, act, status in steps:
        after = attempt(f"Subscription.{name}", act)
        if after is not None and after.status.lower() != status:
            wrong.append(f"Subscription.{name}: {after.status}, not {status}")
    charges = attempt("Charge.list_", lambda: api.Charge.list_({"address_id": str(address.id)}))
    days = [str(charge.scheduled_at)[:10] for charge in charges or []]
    if days != [str(after.next_charge_scheduled_at)[:10]]:
        wrong.append(f"Charge.list_: queued for {days}")
    attempt("Discount.create", lambda: api.Discount.create(
        {"code": "TYPED", "value": "5.00", "value_type": "percentage"}))
    batch = attempt("AsyncBatch.create", lambda: api.AsyncBatch.create({"batch_type": "discount_create"}))
    body = {"code": "BATCH", "value": "5.00", "value_type": "percentage"}
    attempt("AsyncBatch.create_task", lambda: api.AsyncBatch.create_task(
        str(batch.id), {"tasks": [{"body": body}]}))
    attempt("AsyncBatch.process", lambda: api.AsyncBatch.process(str(batch.id)))
    attempt("AsyncBatch.list_tasks", lambda: api.AsyncBatch.list_tasks(str(batch.id)), "AsyncBatch tasks")
    attempt("Customer.get_delivery_schedule", lambda: api.Customer.get_delivery_schedule(str(customer.id)))
    attempt("Subscription.delete", lambda: api.Subscription.delete(path, {"send_email": False}))


def main():
    api = RechargeAPI(elsewhere.TOKEN, logger=quiet)
    owners = {"Metafield": {"owner_resource": "customer"}}
    print("2021-11", lists(api.v2, "2021-11", [
        "Account", "Address", "AsyncBatch", "BundleSelection", "Charge", "Collection", "Customer",
        "Discount", "Event", "Metafield", "Onetime", "Order", "PaymentMethod", "Plan", "Product",
        "RetentionStrategy", "Subscription", "Webhook"], owners))
    attempt("Store.get", api.v2.Store.get, "Store")
    attempt("life", lambda: life(api.v2))
    customer = {"Address": str(api.v2.Address.list_({"limit": "1"})[0].customer_id)}
    print("2021-01", lists(api.v1, "2021-01", [
        "Address", "Charge", "Customer", "Discount", "Metafield", "Onetime", "Order", "Product",
        "Subscription"], {**owners, **customer}))
    attempt("Shop.get", api.v1.Shop.get)
    sys.exit("\n".join(wrong) or 0)


main()
