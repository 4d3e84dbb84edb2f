"""A client of 2021-01 that sends no version (recharge 1.0.0 of PyPI): the sandbox
answers it in the default version of its store. It lists, creates, moves and
cancels. Prints how many of its calls work."""

import sys
from datetime import date, timedelta

import elsewhere

elsewhere.mount()

import recharge  # noqa: E402

api = recharge.RechargeAPI(access_token=elsewhere.TOKEN)
calls, wrong = [], []


def attempt(name, act, expected):
    """The answer of a call; a call works when its answer has the key."""
    calls.append(name)
    try:
        answer = act()
    except Exception as error:  # noqa: BLE001
        wrong.append(f"{name}: {type(error).__name__} {error}")
        return {}
    if not isinstance(answer, dict) or expected not in answer:
        wrong.append(f"{name}: {answer}")
        return {}
    return answer[expected]


def day(ahead):
    return str(date.today() + timedelta(days=ahead))


def main():
    for name, key in [
        ("Address", "addresses"),
        ("Charge", "charges"),
        ("Customer", "customers"),
        ("Order", "orders"),
        ("Subscription", "subscriptions"),
    ]:
        found = attempt(f"{name}.list", lambda: getattr(api, name).list({"limit": 3}), key)
        if found:
            one = key.removesuffix("es") if key == "addresses" else key.removesuffix("s")
            attempt(f"{name}.get", lambda: getattr(api, name).get(found[0]["id"]), one)

    made = attempt("Customer.create", lambda: api.Customer.create(
        {"email": "old@example.com", "first_name": "Ada", "last_name": "King"}), "customer")
    address = attempt("Address.create", lambda: api.Address.create(made.get("id"), {
        "address1": "101 Washington Street", "city": "Los Angeles", "country": "United States",
        "first_name": "Ada", "last_name": "King", "phone": "", "province": "California",
        "zip": "90404"}), "address")
    attempt("Address.update", lambda: api.Address.update(address.get("id"), {"city": "Ojai"}), "address")
    subscription = attempt("Subscription.create", lambda: api.Subscription.create({
        "address_id": address.get("id"), "charge_interval_frequency": "30",
        "next_charge_scheduled_at": day(10), "order_interval_frequency": "30",
        "order_interval_unit": "day", "quantity": "1", "price": 12.5, "product_title": "Milk",
        "shopify_variant_id": 77}), "subscription")
    id_ = subscription.get("id")
    attempt("Subscription.update", lambda: api.Subscription.update(id_, {"quantity": 2}), "subscription")
    attempt("Subscription.set_next_charge_date",
            lambda: api.Subscription.set_next_charge_date(id_, day(12)), "subscription")
    charges = attempt("Charge.list of an address",
                      lambda: api.Charge.list({"address_id": address.get("id")}), "charges")
    charge = charges[0]["id"] if charges else None
    attempt("Charge.change_next_charge_date",
            lambda: api.Charge.change_next_charge_date(charge, day(15)), "charge")
    ended = attempt("Subscription.cancel", lambda: api.Subscription.cancel(id_), "subscription")
    if ended.get("status") != "CANCELLED":
        wrong.append(f"cancelled, and is {ended.get('status')}")
    orders = attempt("Order.list queued", lambda: api.Order.list({"status": "QUEUED"}), "orders")
    order = orders[0]["id"] if orders else None
    attempt("Order.change_date", lambda: api.Order.change_date(order, day(40)), "order")
    if api.Order.delete(order).status_code != 204:
        wrong.append("Order.delete: not 204")
    calls.append("Order.delete")

    print(f"older.py: {len(calls) - len(wrong)} of {len(calls)} calls work")
    sys.exit("\n".join(wrong) or 0)


main()
