"""The vendor's client library for Python against the store, as it is published.

It speaks TLS only, so its URLs are rewritten to the plain ones of the stand-in where they
leave it; everything else is its own. It reads v2: coupons, customers, orders and their
products.
"""

import os
import sys

import requests

from store import Store

store = Store(sys.argv[1])
host = store.url.split("://", 1)[1]
os.environ["BC_API_ENDPOINT"] = host
sent = requests.Session.request


def plain(session, method, url, **rest):
    assert url.startswith(f"https://{host}/"), url
    return sent(session, method, url.replace("https://", "http://", 1), **rest)


requests.Session.request = plain

import bigcommerce  # noqa: E402

api = bigcommerce.api.BigcommerceApi(
    client_id="none", store_hash=store.hash, access_token=store.token
)

for name, resource in (("orders", api.Orders), ("customers", api.Customers), ("coupons", api.Coupons)):
    own = store.all(f"/v2/{name}")
    theirs = {}
    for page in range(1, len(own) // 50 + 2):
        rows = resource.all(limit=50, page=page)
        theirs.update({row.id: row for row in rows or []})
    assert set(theirs) == set(own), name
    one = resource.get(next(iter(own)))
    assert one.id == next(iter(own))
    print(f"  {name}: {len(theirs)} records, and one by its number")

order = api.Orders.all(limit=1)[0]
lines = order.products()
assert [line.id for line in lines] == list(store.all(f"/v2/orders/{order.id}/products"))
print("  orders: the products of one, by its link")

try:
    api.Orders.get(1)
    raise AssertionError("there is no order 1")
except bigcommerce.exception.ClientRequestException as error:
    assert error.status_code == 404
wrong = bigcommerce.api.BigcommerceApi(client_id="none", store_hash=store.hash, access_token="wrong")
try:
    wrong.Orders.all()
    raise AssertionError("a wrong token is refused")
except bigcommerce.exception.ClientRequestException as error:
    assert error.status_code == 401
print("  errors: 404 and 401 are its own exceptions")
