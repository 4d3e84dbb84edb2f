"""Published readers of Parquet and Delta Lake on copies that `rc sync` writes.

    check.py RC FOLDER

Runs are killed while the store changes. Meanwhile a reader opens the tables; afterwards
every version is read, and the last one is held against what the store lists.
"""

import decimal
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import duckdb
import pyarrow as pa
from deltalake import DeltaTable
import boto3

RC = sys.argv[1]
WORK = pathlib.Path(sys.argv[2])
TABLES = ["customers", "subscriptions", "charges", "webhooks", "discounts"]
KILLS = int(os.environ.get("RC_LAKE_KILLS", "12"))
RNG = random.Random(3)

KEYS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "us-east-1",
}


class Store:
    """A sandbox that is served."""

    def __init__(self):
        command = [RC, "sandbox", "serve", "--no-limit", "--port", "0", "-o", "json"]
        environment = {"HOME": str(WORK)}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
        self.url = json.loads(self.process.stdout.readline())["url"]

    def environment(self, more):
        return {
            "HOME": str(WORK),
            "RECHARGE_BASE_URL": self.url,
            "RECHARGE_ACCESS_TOKEN": "sk_sandbox_all",
            **more,
        }

    def rc(self, *words, code=0, **more):
        done = subprocess.run([RC, *words], capture_output=True, text=True, env=self.environment(more))
        assert code is None or done.returncode == code, (words, done.returncode, done.stderr)
        return done

    def listed(self, table):
        done = self.rc(table, "list", "-o", "ndjson")
        return {row["id"]: row for row in map(json.loads, done.stdout.splitlines())}

    def ids(self, table, status, most):
        return self.rc(table, "list", "--status", status, "-n", str(most), "--jq", ".id").stdout.split()

    def change(self):
        active = self.ids("subscriptions", "active", 50)
        kind = RNG.randrange(4)
        if len(active) < 10:
            # Cancellations alone would leave none in a long run.
            cancelled = self.ids("subscriptions", "cancelled", 50)
            self.rc("subscriptions", "activate", RNG.choice(cancelled), code=None)
        elif kind == 0:
            one = RNG.choice(active)
            self.rc("subscriptions", "update", one, "--quantity", str(RNG.randrange(1, 9)), code=None)
        elif kind == 1:
            one = RNG.choice(active)
            self.rc("subscriptions", "cancel", one, "--cancellation-reason", "test", "--yes", code=None)
        elif kind == 2:
            name = f"L{RNG.randrange(10**9)}"
            self.rc("discounts", "create", "--code", name, "--value", "5.25", "--value-type", "percentage", code=None)
        else:
            queued = self.ids("charges", "queued", 20)
            if queued:
                self.rc("charges", "skip", RNG.choice(queued), code=None)
        self.rc("sandbox", "clock", "advance", f"{RNG.randrange(1, 40)}s", code=None)


class Objects:
    """A store of objects: moto, in a process of its own, since readers may hold this one."""

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{port}"
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError("moto does not answer")


class Place:
    """Where a copy is, as `rc` and as readers name it."""

    def __init__(self, to, uri, environment, options):
        self.to, self.uri, self.environment, self.options = to, uri, environment, options

    def table(self, name, version=None):
        return DeltaTable(f"{self.uri}/{name}", version=version, storage_options=self.options)

    def kept(self, name, version):
        """What the entry of a version says of the table.

        It is read as it is: the library numbers entries from the newest one, which may be
        newer than the table that it has read.
        """
        entry = f"{self.uri}/{name}/_delta_log/{version:020}.json"
        if entry.startswith("s3://"):
            bucket, key = entry.removeprefix("s3://").split("/", 1)
            client = boto3.client("s3", endpoint_url=self.environment["AWS_ENDPOINT_URL"])
            text = client.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        else:
            text = pathlib.Path(entry).read_text()
        for line in map(json.loads, text.splitlines()):
            if "commitInfo" in line:
                return json.loads(line["commitInfo"]["rcCopy"])
        raise AssertionError(f"version {version} of {name} does not say what it is")


def once(rows, keys):
    """Each row is there once."""
    seen = list(zip(*(rows.column(key).to_pylist() for key in keys)))
    assert len(seen) == len(set(seen)), "a row is there twice"
    return seen


def look(place, seen):
    """What a reader sees at a moment."""
    for name in TABLES:
        try:
            table = place.table(name)
        except Exception as error:  # noqa: BLE001
            assert name not in seen, f"{name} has gone: {error}"
            continue
        rows = table.to_pyarrow_table()
        once(rows, ["id"])
        said = place.kept(name, table.version())
        assert said["rows"] == rows.num_rows, (name, said["rows"], rows.num_rows)
        assert table.version() >= seen.get(name, 0)
        seen[name] = table.version()


def sync_under_kills(store, place):
    seen, stop, failures = {}, threading.Event(), []

    def reading():
        while not stop.is_set():
            try:
                look(place, seen)
            except BaseException as error:  # noqa: BLE001
                failures.append(error)
                return

    def changing():
        while not stop.is_set():
            try:
                store.change()
            except BaseException as error:  # noqa: BLE001
                failures.append(error)
                return

    threads = [threading.Thread(target=work) for work in (reading, changing)]
    for thread in threads:
        thread.start()
    killed = ended = 0
    words = [RC, "sync", "--to", place.to, "--tables", ",".join(TABLES)]
    try:
        while killed < KILLS or ended < 3:
            environment = store.environment(place.environment)
            run = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment)
            try:
                # Some runs are left to end.
                wait = RNG.uniform(0.05, 3) if killed < KILLS and RNG.random() < 0.8 else 120
                _, said = run.communicate(timeout=wait)
                assert run.returncode == 0, (run.returncode, said)
                ended += 1
            except subprocess.TimeoutExpired:
                run.send_signal(signal.SIGKILL)
                run.communicate()
                killed += 1
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not failures, failures
    # The queued charges of these disappear.
    active = store.rc("subscriptions", "list", "--status", "active", "-n", "5", "--jq", ".id").stdout.split()
    for one in active:
        store.rc("subscriptions", "cancel", one, "--cancellation-reason", "test", "--yes")
    store.rc(*words[1:], "--deletes", "full", "--yes", **place.environment)
    print(f"{place.to}: {killed} runs killed, {ended} came through, {seen}")
    assert len(seen) == len(TABLES)


def check_types(schema):
    for name, kind in {
        "id": pa.int64(),
        "price": pa.decimal128(18, 4),
        "created_at": pa.timestamp("us", "UTC"),
        "cancelled_at": pa.timestamp("us", "UTC"),
        "is_prepaid": pa.bool_(),
        "properties": pa.string(),
        "_created_month": pa.string(),
    }.items():
        found = schema.field(name).type
        if pa.types.is_string(kind):
            assert pa.types.is_string(found) or pa.types.is_large_string(found) or pa.types.is_string_view(found), (name, found)
        else:
            assert found == kind, (name, found)


def check_values(name, row, record):
    """A row of a reader has what the store lists."""
    for field, value in record.items():
        if field not in row:
            continue
        cell = row[field]
        if value is None or value == "":
            assert cell in (None, ""), (name, field, cell, value)
        elif isinstance(cell, decimal.Decimal):
            assert cell == decimal.Decimal(str(value)), (name, field, cell, value)
        elif hasattr(cell, "isoformat"):
            assert cell.isoformat()[:19].startswith(value[:10]), (name, field, cell, value)
        elif isinstance(value, (dict, list)):
            assert json.loads(cell) == value, (name, field, cell, value)
        elif isinstance(cell, (bool, int, str)):
            assert cell == value or str(cell) == str(value), (name, field, cell, value)


COMPUTED = {
    "customers": {
        "has_payment_method_in_dunning",
        "subscription_related_charge_streak",
        "subscriptions_active_count",
        "subscriptions_total_count",
    },
    "subscriptions": {"has_queued_charges"},
}


def check_rows(name, rows, store):
    """Those that are not deleted are what the store lists; returns how many are."""
    once(rows, ["id"])
    rows = rows.to_pylist()
    there = {row["id"]: row for row in rows if row["_deleted_at"] is None}
    listed = store.listed(name)
    assert there.keys() == listed.keys(), name
    for number, record in listed.items():
        known = {field: value for field, value in record.items() if field not in COMPUTED.get(name, ())}
        check_values(name, there[number], known)
    return len(rows) - len(there)


def duck(place):
    database = duckdb.connect()
    if place.uri.startswith("s3://"):
        return None
    return database


def check_delta(store, place):
    deleted = 0
    for name in [*TABLES, "subscriptions_history", "charges_history"]:
        table = place.table(name)
        keys = ["id", "updated_at"] if name.endswith("_history") else ["id"]
        for version in range(table.version() + 1):
            old = place.table(name, version)
            rows = old.to_pyarrow_table()
            once(rows, keys)
            assert place.kept(name, version)["rows"] == rows.num_rows, (name, version)
            if (database := duck(place)) is not None:
                files = [str(uri) for uri in old.file_uris()]
                counted = database.execute("SELECT count(*), count(DISTINCT id) FROM read_parquet($files)", {"files": files}).fetchone() if files else (0, 0)
                assert counted[0] == rows.num_rows, (name, version, counted)
        if name in TABLES:
            deleted += check_rows(name, table.to_pyarrow_table(), store)
    check_types(place.table("subscriptions").to_pyarrow_table().schema)
    assert deleted > 0, "no row was deleted"


def check_duck_delta(place):
    """DuckDB's own reader of logs, where its extension can be installed."""
    database = duckdb.connect()
    try:
        database.execute("INSTALL delta; LOAD delta")
    except duckdb.Error:
        print("DuckDB's extension delta cannot be installed here; its reader of Parquet was used")
        return
    for name in TABLES:
        rows = database.execute(f"SELECT count(*), count(DISTINCT id) FROM delta_scan('{place.uri}/{name}')").fetchone()
        assert rows[0] == rows[1] == place.table(name).to_pyarrow_table().num_rows, name


def check_compacted(store, place):
    before = {name: place.table(name).to_pyarrow_table().sort_by("id") for name in TABLES}
    store.rc("sync", "--to", place.to, "--tables", ",".join(TABLES), "--compact", **place.environment)
    for name, rows in before.items():
        after = place.table(name)
        assert after.to_pyarrow_table().sort_by("id").equals(rows), name
        if place.uri.startswith("/"):
            log = pathlib.Path(place.uri) / name / "_delta_log"
            if after.version() == 0:
                # One entry is as short as a log can be.
                continue
            last = json.loads((log / "_last_checkpoint").read_text())["version"]
            # What is before the checkpoint is not needed.
            for entry in log.glob("*.json"):
                if int(entry.stem) < last:
                    entry.unlink()
            assert place.table(name).to_pyarrow_table().sort_by("id").equals(rows), name
    store.change()
    store.rc("sync", "--to", place.to, "--tables", ",".join(TABLES), **place.environment)
    check_rows("subscriptions", place.table("subscriptions").to_pyarrow_table(), store)


def check_parquet(store, folder):
    to = f"parquet:{folder}"
    store.rc("sync", "--to", to, "--tables", ",".join(TABLES))
    store.change()
    store.rc("sync", "--to", to, "--tables", ",".join(TABLES), "--deletes", "full", "--yes")
    database = duckdb.connect()
    for name in TABLES:
        rows = database.sql(f"SELECT * FROM '{folder}/{name}.parquet'").to_arrow_table()
        check_rows(name, rows, store)
    types = dict(
        database.execute(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '{folder}/subscriptions.parquet')").fetchall()
    )
    assert types["price"] == "DECIMAL(18,4)", types["price"]
    assert types["created_at"] == "TIMESTAMP WITH TIME ZONE", types["created_at"]
    assert types["is_prepaid"] == "BOOLEAN" and types["id"] == "BIGINT", types


def check_two_writers(store, place):
    """Two runs at once: one comes through, the other is refused or comes after it."""
    words = [RC, "sync", "--to", place.to, "--deletes", "full", "--yes"]
    for attempt in range(5):
        # Each on a machine of its own: no index is shared.
        runs = []
        for number in range(2):
            environment = store.environment(place.environment)
            environment["RECHARGE_STATE_DIR"] = str(WORK / f"machine-{attempt}-{number}")
            runs.append(subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment))
        said = [run.communicate()[1] for run in runs]
        codes = sorted(run.returncode for run in runs)
        assert codes in ([0, 7], [0, 0]), (codes, said)
        if codes == [0, 7]:
            text = next(text for run, text in zip(runs, said) if run.returncode == 7)
            assert re.search("is being written by process|another process has", text), text
            return
    raise AssertionError("no run met another one")


def main():
    WORK.mkdir(parents=True)
    objects = Objects()
    try:
        check_places(objects.url)
    finally:
        objects.process.kill()
        objects.process.wait()


def check_places(endpoint):
    os.environ.update({**KEYS, "AWS_DEFAULT_REGION": "us-east-1"})
    boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket="shop-lake")
    keys = {**KEYS, "AWS_ENDPOINT_URL": endpoint}
    options = {**keys, "AWS_ALLOW_HTTP": "true", "aws_conditional_put": "etag"}
    folder = WORK / "delta"
    places = [
        Place(f"delta:{folder}", str(folder), {}, None),
        Place("delta:s3://shop-lake/copies/delta", "s3://shop-lake/copies/delta", keys, options),
    ]
    for place in places:
        store = Store()
        try:
            begun = time.monotonic()
            sync_under_kills(store, place)
            check_delta(store, place)
            if place.uri.startswith("/"):
                check_duck_delta(place)
            check_compacted(store, place)
            check_two_writers(store, place)
            check_parquet(store, WORK / f"parquet-{len(place.to)}")
            print(f"{place.to}: every version is as it was written ({time.monotonic() - begun:.0f} s)")
        finally:
            store.process.kill()
            store.process.wait()


if __name__ == "__main__":
    main()
