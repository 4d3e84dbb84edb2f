"""A hosted connector (Airbyte): its check, which asks for the shop in version
2021-01, and a read of every stream, in both versions where it knows both."""

import json
import os
import subprocess
import sys
import tempfile

import elsewhere

# The connector is a program of its own, which is started as it is.
PROGRAM = "import elsewhere; elsewhere.mount(); from source_recharge.run import run; run()"

STREAMS = {
    "addresses": "address",
    "charges": "charge",
    "collections": "collection",
    "customers": "customer",
    "discounts": "discount",
    "orders": "order",
    "subscriptions": "subscription",
}


def run(folder, old, command, *words):
    """The messages of one command."""
    config = {
        "access_token": elsewhere.TOKEN,
        "start_date": "2018-01-01T00:00:00Z",
        "use_orders_deprecated_api": old,
    }
    path = os.path.join(folder, "config.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(config, file)
    words = [sys.executable, "-c", PROGRAM, command, "--config", path, *words]
    here = os.path.dirname(os.path.abspath(__file__))
    done = subprocess.run(words, cwd=here, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        sys.exit(done.stderr[-2000:])
    return [json.loads(line) for line in lines]


def main():
    wrong = []
    there = elsewhere.counts()
    with tempfile.TemporaryDirectory() as folder:
        checked = [one for one in run(folder, False, "check") if one["type"] == "CONNECTION_STATUS"]
        print(checked)
        if [one["connectionStatus"]["status"] for one in checked] != ["SUCCEEDED"]:
            wrong.append(f"check: {checked}")
        found = [one for one in run(folder, False, "discover") if one["type"] == "CATALOG"]
        names = [stream["name"] for stream in found[0]["catalog"]["streams"]]
        catalog = {
            "streams": [
                {"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}
                for stream in found[0]["catalog"]["streams"]
            ]
        }
        path = os.path.join(folder, "catalog.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(catalog, file)
        for old in (False, True):
            copied = {}
            for message in run(folder, old, "read", "--catalog", path):
                if message["type"] == "RECORD":
                    record = message["record"]
                    copied.setdefault(record["stream"], []).append(record["data"])
                elif message["type"] == "TRACE" and message["trace"].get("error"):
                    wrong.append(message["trace"]["error"]["message"])
            print({name: len(rows) for name, rows in copied.items()})
            for name, kind in STREAMS.items():
                ids = [record["id"] for record in copied.get(name, [])]
                if len(set(ids)) != len(ids) or len(ids) != there[kind]:
                    wrong.append(f"{name}: {len(ids)} copied, {len(set(ids))} different, {there[kind]} there")
            missing = sorted(set(names) - set(copied))
            print("nothing in", missing)
            if "shop" in missing:
                wrong.append("shop: nothing copied")
    sys.exit("\n".join(wrong) or 0)


main()
