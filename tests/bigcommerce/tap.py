"""The connector `tap-bigcommerce` against the store, as it is published.

Only its base URL is changed. Every record that it writes is held against the store's own
answer; what it leaves out must be what its code is known to leave out.
"""

import contextlib
import datetime
import io
import json
import pathlib
import sys

import dateutil.parser
import tap_bigcommerce
from tap_bigcommerce.bigcommerce import Bigcommerce

from store import Store

store = Store(sys.argv[1])
scratch = pathlib.Path(sys.argv[2])
Bigcommerce.base_url = f"{store.url}/stores/"

LISTS = {
    "orders": "/v2/orders",
    "customers": "/v2/customers",
    "products": "/v3/catalog/products",
    "coupons": "/v2/coupons",
}
SCALARS = (str, int, float, bool)


def moment(text):
    return dateutil.parser.parse(text)


def run(state, start, streams):
    """What the connector writes: records by stream, and its last state."""
    config = scratch / "config.json"
    config.write_text(json.dumps({
        "start_date": start, "client_id": "none", "access_token": store.token,
        "store_hash": store.hash,
    }))
    told = io.StringIO()
    arguments = ["tap", "--config", str(config), "--discover"]
    sys.argv = arguments
    with contextlib.redirect_stdout(told):
        tap_bigcommerce.main()
    catalog = json.loads(told.getvalue())
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            if entry["breadcrumb"] in ([], ()):
                entry["metadata"]["selected"] = stream["tap_stream_id"] in streams
            else:
                entry["metadata"]["selected"] = True
    chosen, kept = scratch / "catalog.json", scratch / "state.json"
    chosen.write_text(json.dumps(catalog))
    kept.write_text(json.dumps(state))
    sys.argv = ["tap", "--config", str(config), "--catalog", str(chosen), "--state", str(kept)]
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        tap_bigcommerce.main()
    records, last = {stream: {} for stream in streams}, state
    for line in told.getvalue().splitlines():
        message = json.loads(line)
        if message["type"] == "RECORD":
            records[message["stream"]][message["record"]["id"]] = message["record"]
        elif message["type"] == "STATE":
            last = message["value"]
    return records, last


def same(stream, field, theirs, own):
    if theirs == own or (theirs is None and own in ("", None)):
        return True
    if field.startswith("date_") or field == "expires":
        return moment(theirs) == moment(own)
    # Its schemas make numbers of texts and texts of numbers.
    try:
        return float(theirs) == float(own)
    except (TypeError, ValueError):
        return str(theirs) == str(own)


def compare(stream, records, own, complete=True):
    for number, record in records.items():
        assert number in own, f"{stream}: the store has no {number}"
        for field, theirs in record.items():
            value = own[number].get(field)
            if isinstance(theirs, SCALARS) and isinstance(value, SCALARS):
                assert same(stream, field, theirs, value), f"{stream} {number} {field}: {theirs!r}, not {value!r}"
    if complete:
        assert set(records) == set(own), f"{stream}: {sorted(set(own) - set(records))} are missing"
    print(f"  {stream}: {len(records)} of {len(own)} records")


own = {stream: store.all(path) for stream, path in LISTS.items()}
changed = [moment(row["date_modified"]) for row in own["customers"].values()]
oldest = min(
    min(moment(row["date_modified"]) for row in own[stream].values())
    for stream in ("customers", "orders", "products")
)
# It asks for customers day by day, from the start on.
start = min(min(changed) - datetime.timedelta(days=1), oldest - datetime.timedelta(days=1))
records, state = run({}, start.strftime("%Y-%m-%dT%H:%M:%SZ"), list(LISTS))

compare("orders", records["orders"], own["orders"])
compare("products", records["products"], own["products"])
# Its schema takes a list for the restrictions of a coupon, which is what an empty object is
# written as; a coupon that has some is left out.
open_to_all = {n: r for n, r in own["coupons"].items() if r["restricted_to"] == []}
compare("coupons", records["coupons"], open_to_all)
# The last part of a day is left out, as its loop counts whole days.
now = datetime.datetime.now(datetime.timezone.utc)
whole = start + datetime.timedelta(days=(now - start).days)
days = {number: row for number, row in own["customers"].items()
        if moment(row["date_modified"]) <= whole - datetime.timedelta(seconds=1)}
compare("customers", {n: r for n, r in records["customers"].items() if n in days}, days)
for number, order in records["orders"].items():
    lines = store.all(f"/v2/orders/{number}/products")
    assert [line["id"] for line in order["products"]] == list(lines), f"lines of {number}"
    addresses = store.all(f"/v2/orders/{number}/shippingaddresses")
    assert len(order["shipping_addresses"]) == len(addresses)
print("  orders: the lines and addresses of each")

# What changed in the second of its bookmark is lost by it, and by nobody who asks the
# store for that second.
bookmark = state["bookmarks"]["orders"]["date_modified"]
touched = sorted(own["orders"])[:7]
store.control("POST", "records/orders/touch", {"ids": touched, "at": bookmark})
later, _ = run(state, bookmark, ["orders"])
assert not set(touched) & set(later["orders"]), "the connector takes equal seconds now"
found = store.all(f"/v2/orders?min_date_modified={moment(bookmark).strftime('%Y-%m-%dT%H:%M:%SZ')}")
assert set(touched) <= set(found), "the store lists what changed in that second"
# A second later they are found by both.
after = (moment(bookmark) + datetime.timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
store.control("POST", "records/orders/touch", {"ids": touched, "at": after})
later, _ = run(state, bookmark, ["orders"])
assert set(touched) == set(later["orders"]), sorted(later["orders"])
print("  orders: edits are found by the time of the last change")
