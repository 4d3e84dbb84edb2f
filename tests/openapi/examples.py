"""Holds the contract's examples against the OpenAPI document.

Requests and answers as the reference shows them must fit what the document
says of the operation. Usage: examples.py OPENAPI CONTRACT
"""

import json
import sys

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

# Where an example is not meant as it stands, or where this project decided
# against it (docs/api-notes.md): the operation or object, and the field.
KNOWN = {
    # "desired_batch_type" stands for any of them.
    ("async_batches.create", "batch_type"),
    # An object in the example, a list in the parameters; a list is sent.
    ("checkouts.create", "order_attributes"),
    # "percent" where the reference lists "percentage".
    ("discount", "value_type"),
}

with open(sys.argv[1], encoding="utf-8") as file:
    document = json.load(file)
with open(sys.argv[2], encoding="utf-8") as file:
    contract = json.load(file)

BASE = "urn:openapi"
registry = Registry().with_resource(BASE, DRAFT202012.create_resource(document))
operations = {}
for path, item in document["paths"].items():
    for method, operation in item.items():
        if method != "parameters":
            at = f"{BASE}#/paths/{path.replace('/', '~1')}/{method}"
            operations[operation["operationId"]] = (at, operation)

wrong, compared, known = [], 0, set()


def compare(name, schema, example):
    global compared
    compared += 1
    for error in Draft202012Validator({"$ref": schema}, registry=registry).iter_errors(example):
        field = next((str(part) for part in reversed(error.absolute_path) if isinstance(part, str)), "")
        if (name, field) in KNOWN:
            known.add((name, field))
        else:
            wrong.append(f"{name}: {list(error.absolute_path)}: {error.message[:200]}")


MEDIA = "content/application~1json/schema"
for stated in contract["operations"]:
    at, operation = operations[stated["id"]]
    if stated.get("example_request") is not None:
        compare(stated["id"], f"{at}/requestBody/{MEDIA}", stated["example_request"])
    success = next(status for status in operation["responses"] if status.startswith("2"))
    if stated.get("example_response") is not None and "content" in operation["responses"][success]:
        compare(stated["id"], f"{at}/responses/{success}/{MEDIA}", stated["example_response"])
for name, stated in contract["objects"].items():
    if stated.get("example") is not None:
        compare(name, f"{BASE}#/components/schemas/{name}", stated["example"])

wrong += [f"{name}: {field} fits by now; take it off the list" for name, field in KNOWN - known]
print(f"{compared} examples compared, {len(known)} known to differ")
if wrong:
    sys.exit("\n".join(wrong))
