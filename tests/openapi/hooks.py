"""What the tester cannot know: which objects the sandbox holds.

Made-up numbers are answered with 404 or 422, and the rules behind them would
never be reached. So in most requests, the made-up values that name something
are exchanged for values that the store holds at that moment, and some bodies
for the example that the contract has of the operation. Everything is looked up
by the names that the document uses; no operation is named here.

At the end, a line to standard error says how many operations succeeded at
least once, and which never did.
"""

import atexit
import collections
import copy
import datetime
import json
import os
import random
import sys
import urllib.parse
import urllib.request

import schemathesis

URL = os.environ["RC_SANDBOX_URL"]
TOKEN = os.environ["RC_SANDBOX_TOKEN"]
DOCUMENT = json.load(open(os.environ["RC_DOCUMENT"], encoding="utf-8"))
CONTRACT = json.load(open(os.environ["RC_CONTRACT"], encoding="utf-8"))
EXAMPLES = {one["id"]: one.get("example_request") for one in CONTRACT["operations"]}

# How many requests are left as they were made up, and how many of the others
# carry the example.
UNTOUCHED = 0.3
EXAMPLE = 0.3
# How many values are of the customer and the product that their request is
# about, if there are any: most rules want that.
KIN = 0.8
# Records are asked for anew after this many uses: some are deleted meanwhile.
FRESH_FOR = 10

chance = random.Random(2021_11)
answered = collections.defaultdict(collections.Counter)


def ask(path, **query):
    request = urllib.request.Request(f"{URL}{path}?{urllib.parse.urlencode(query)}")
    request.add_header("X-Recharge-Access-Token", TOKEN)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


class Store:
    """Records of the lists that the document describes, by the list's name."""

    def __init__(self):
        self.kept = {}
        self.lists = {}
        for path, item in DOCUMENT["paths"].items():
            name = path.strip("/")
            if "{" not in path and "/" not in name and "get" in item:
                self.lists[name] = item["get"]

    def records(self, name):
        records, uses = self.kept.get(name, (None, 0))
        if records is None or uses >= FRESH_FOR:
            records, uses = self.asked(name), 0
        self.kept[name] = (records, uses + 1)
        return records

    def asked(self, name):
        operation = self.lists.get(name)
        if operation is None:
            return self.nested(name)
        query = {"limit": 250}
        for parameter in operation.get("parameters", []):
            if "x-unless" in parameter:
                query[parameter["name"]] = chance.choice(parameter["schema"]["enum"])
        answer = ask(f"/{name}", **query)
        found = answer.get(name, [])
        return found if isinstance(found, list) else []

    def nested(self, name):
        """Records that are listed only under another object, or not at all."""
        for path, item in DOCUMENT["paths"].items():
            parts = path.strip("/").split("/")
            if "get" in item and len(parts) == 3 and parts[2] == name and parts[0] != name:
                above = self.record(parts[0])
                if above:
                    found = ask(f"/{parts[0]}/{above['id']}/{name}").get(name, [])
                    return found if isinstance(found, list) else []
        return []

    def record(self, name):
        records = self.records(name)
        kin = [record for record in records if is_kin(record)] if chance.random() < KIN else []
        return chance.choice(kin or records) if records else None


# What the request at hand is about: a customer and a product, if any.
about = {}


def choose():
    about.clear()
    for subject, name, field in (
        ("customer", "customers", "id"),
        ("product", "products", "external_product_id"),
    ):
        about[subject] = (store.record(name) or {}).get(field)


def is_kin(record):
    customer = record.get("customer_id") or (record.get("customer") or {}).get("id")
    product = record.get("external_product_id")
    product = product.get("ecommerce") if isinstance(product, dict) else product
    if customer is None and "email" in record:
        customer = record.get("id")
    if customer is not None:
        return customer == about.get("customer")
    return product is not None and product == about.get("product")


store = Store()
made = collections.defaultdict(list)


RESOURCES = {path.split("/")[1] for path in DOCUMENT["paths"]}


def plural(word):
    """The resource that a word in a field's name speaks of, if there is one."""
    word = word.rsplit("_", 1)[-1] if word not in RESOURCES else word
    for name in (word, word + "s", word + "es", word[:-1] + "ies"):
        if name in RESOURCES:
            return name
    return None


def of(name, field):
    """A value of that field, of some record of the list or of those made here."""
    found = store.record(name) or (made[name] and chance.choice(made[name])) or {}
    value = found.get(field)
    return value.get("ecommerce") if isinstance(value, dict) else value


def named(key, resource):
    """The value that a name in a request stands for."""
    if key in ("purchase_item_id", "subscription_id"):
        return of(chance.choice(["subscriptions", "onetimes"]), "id")
    if key in ("external_product_id", "external_variant_id"):
        return of("products" if key == "external_product_id" else "subscriptions", key)
    if key == "batch_id":
        return of("async_batches", "id")
    if key.endswith("_id"):
        name = key.removesuffix("_id")
        name = name + "s" if name + "s" in RESOURCES else plural(name)
        return of(name, "id") if name else None
    return of(resource, key)


def exchanged(key, value, resource, above):
    if key == "id" and above:
        found = of(plural(above) or resource, "id")
        return value if found is None else found
    if key.endswith("_ids") and isinstance(value, list):
        return [named(key[:-1], resource) for _ in value or [0]]
    if key == "email":
        return f"someone{chance.randrange(10**9)}@example.com"
    if isinstance(value, str) and (key.endswith("_at") or key == "date"):
        soon = datetime.date.today() + datetime.timedelta(days=chance.randrange(1, 90))
        return soon.isoformat()
    if key.endswith("_id"):
        found = named(key, resource)
        if found is None:
            return value
        if isinstance(value, dict):
            return {**value, "ecommerce": str(found)} if "ecommerce" in value else value
        return str(found) if isinstance(value, str) else found
    return value


def filled(body, resource, above=""):
    if isinstance(body, list):
        return [filled(item, resource, above) for item in body]
    if not isinstance(body, dict):
        return body
    body = {
        key: filled(exchanged(key, value, resource, above), resource, key) for key, value in body.items()
    }
    if isinstance(body.get("owner_resource"), str) and "owner_id" in body:
        owner = of(plural(body["owner_resource"]) or "", "id")
        body["owner_id"] = body["owner_id"] if owner is None else owner
    return body


def name_of(case):
    return case.operation.definition.raw.get("operationId", case.path)


@schemathesis.hook
def before_call(context, case, kwargs):
    if chance.random() < UNTOUCHED:
        return
    choose()
    parts = case.path.strip("/").split("/")
    resource = parts[0]
    for key in list(case.path_parameters or {}):
        name = parts[parts.index("{%s}" % key) - 1]
        if (found := named(key, name)) is not None:
            case.path_parameters[key] = str(found)
    for key, value in list((case.query or {}).items()):
        if key != "cursor" and key.endswith("_id") and (found := named(key, resource)):
            case.query[key] = str(found)
    if isinstance(case.body, dict):
        example = EXAMPLES.get(name_of(case))
        if example and chance.random() < EXAMPLE:
            case.body = copy.deepcopy(example)
        case.body = filled(case.body, resource)


@schemathesis.hook
def after_call(context, case, response):
    name = name_of(case)
    answered[name][response.status_code] += 1
    if case.method.upper() == "POST" and response.status_code in (200, 201):
        for value in response.json().values():
            if isinstance(value, dict):
                made[case.path.strip("/")].append(value)


@atexit.register
def told():
    reached = {name for name, counts in answered.items() if any(200 <= code < 300 for code in counts)}
    print(f"{len(reached)} of {len(answered)} operations succeeded at least once", file=sys.stderr)
    for name in sorted(set(answered) - reached):
        print(f"  never: {name} {dict(answered[name])}", file=sys.stderr)
