"""One target: its tables are those of a copy in SQLite, at first, after a change, and after
it was killed in the middle.

    witness.py TARGET RC VENVS SCRATCH PORT
"""

import datetime
import json
import pathlib
import sqlite3
import subprocess
import sys

name, rc, venvs, scratch, port = sys.argv[1:]
here = pathlib.Path(__file__).parent
venvs = pathlib.Path(venvs)
home = pathlib.Path(scratch) / f"of-{name}"
home.mkdir()
PAGE = 250
OWN = {"_extra", "_synced_at", "_deleted_at"}


def run(*words, code=0):
    """A run of rc; gives its reports by table."""
    done = subprocess.run([rc, *words], capture_output=True, text=True)
    assert done.returncode == code, (words, done.returncode, done.stderr)
    if not done.stdout:
        return {}
    reports = json.loads(done.stdout)
    return {report["table"]: report for report in reports}


def moment(value):
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    if value.tzinfo is None:
        value = value.replace(tzinfo=datetime.timezone.utc)
    return value


def same(own, theirs):
    """Whether a value of SQLite is that of a target."""
    # target-duckdb loads CSV: an empty text is none there, and no JSON is that of null.
    if name == "duckdb":
        own = None if own == "" else own
        theirs = None if theirs == "null" else theirs
    if own is None or theirs is None:
        return own is None and theirs is None
    if isinstance(theirs, bool):
        return own == int(theirs)
    if isinstance(theirs, datetime.datetime):
        return moment(own) == moment(theirs)
    if isinstance(theirs, datetime.date):
        return own == theirs.isoformat()
    if isinstance(theirs, (dict, list)):
        return json.loads(own) == theirs
    if isinstance(theirs, int):
        return own == theirs
    return own == theirs or (own[:1] in "[{" and json.loads(own) == json.loads(theirs))


def reference(fresh=False):
    """The rows of a copy in SQLite: by table, by key."""
    file = home / "reference.db"
    if fresh:
        # Counts that the store computes change while a row does not.
        for part in home.glob("reference.db*"):
            part.unlink()
    run("sync", "--to", f"sqlite:{file}", "-o", "json")
    copy = sqlite3.connect(file)
    copy.row_factory = sqlite3.Row
    tables = [row[0] for row in copy.execute("SELECT name FROM _sync_tables")]
    found = {}
    for table in tables:
        rows = copy.execute(f'SELECT * FROM "{table}" WHERE _deleted_at IS NULL')
        rows = [dict(row) for row in rows]
        key = "_key" if rows and "_key" in rows[0] else "id"
        found[table] = {row[key]: row for row in rows}
    return found


def compare(rows_of, only=None):
    """Compares every table with that of SQLite."""
    compared = 0
    for table, own in reference(fresh=bool(only)).items():
        if only and table not in only:
            continue
        theirs = rows_of(table) if own else {}
        assert set(theirs) == set(own), (table, len(theirs), len(own))
        for key, row in own.items():
            for column, value in row.items():
                if column in OWN:
                    continue
                assert same(value, theirs[key].get(column)), (
                    table, key, column, value, theirs[key].get(column))
                compared += 1
    assert compared > (1000 if only else 20000), compared
    print(f"  {compared} values of its tables are those of SQLite")


def by_key(rows):
    return {row.get("_key", row.get("id")): row for row in rows}


def jsonl(table):
    # It appends: the last line of a row is the row.
    file = home / "out" / f"{table}.jsonl"
    return by_key(map(json.loads, file.read_text().splitlines()))


def duckdb(table):
    import duckdb
    with duckdb.connect(str(home / "rows.duckdb"), read_only=True) as database:
        rows = database.execute(f'SELECT * FROM shop."{table}"')
        names = [column[0] for column in rows.description]
        rows = [dict(zip(names, row)) for row in rows.fetchall()]
    return by_key(row for row in rows if row["_sdc_deleted_at"] is None)


def postgres(table):
    import psycopg
    from psycopg.rows import dict_row
    url = f"postgresql://ada@127.0.0.1:{port}/postgres"
    with psycopg.connect(url, row_factory=dict_row) as database:
        rows = database.execute(f'SELECT * FROM shop."{table}" WHERE _sdc_deleted_at IS NULL')
        return by_key(rows.fetchall())


def clear():
    """The target has nothing."""
    for file in (home / "out").glob("*.jsonl"):
        file.unlink()
    (home / "rows.duckdb").unlink(missing_ok=True)
    if name == "postgres":
        import psycopg
        url = f"postgresql://ada@127.0.0.1:{port}/postgres"
        with psycopg.connect(url, autocommit=True) as database:
            database.execute("DROP SCHEMA IF EXISTS shop CASCADE")


TARGETS = {
    "jsonl": (jsonl, {"destination_path": str(home / "out"), "do_timestamp_file": False}),
    "duckdb": (duckdb, {"path": str(home / "rows.duckdb"), "default_target_schema": "shop",
                        "add_metadata_columns": True, "validate_records": True}),
    "postgres": (postgres, {"host": "127.0.0.1", "port": int(port), "user": "ada",
                            "password": "none", "database": "postgres",
                            "default_target_schema": "shop", "activate_version": True}),
}


def target():
    rows_of, config = TARGETS[name]
    file = home / "target.json"
    file.write_text(json.dumps(config))
    command = f"{venvs}/{name}/bin/target-{name} --config {file}"
    state = ("--state", str(home / "state.json"), "-o", "json")
    clear()
    run("sync", "--to", f"singer:{command}", *state)
    compare(rows_of)

    # What changes comes with the next run, and what is gone goes.
    listed = json.loads(subprocess.run(
        [rc, "subscriptions", "list", "--status", "active", "-n", "1", "-o", "json"],
        capture_output=True, text=True, check=True).stdout)
    subscription = str(listed[0]["id"])
    run_api("subscriptions", "cancel", subscription, "--cancellation-reason", "test", "--yes")
    hook = json.loads(subprocess.run([rc, "webhooks", "list", "-o", "json"],
                                     capture_output=True, text=True, check=True).stdout)[0]
    run_api("webhooks", "delete", str(hook["id"]), "--yes")
    reports = run("sync", "--to", f"singer:{command}", *state, "--yes")
    assert reports["subscriptions"]["rows"] < PAGE, reports["subscriptions"]
    if name == "postgres":
        compare(rows_of)
        print("  rows that are gone are marked")

    # A target that dies after some pages: the next run reads at most one page again.
    log = home / "log"
    for lines in (300, 777, 960):
        clear()
        log.unlink(missing_ok=True)
        (home / "killed.json").unlink(missing_ok=True)
        # target-jsonl confirms nothing where a record is the last it took.
        limit = f"{lines}:states" if name == "jsonl" else str(lines)
        killed = ("--state", str(home / "killed.json"), "-o", "json", "--tables", "subscriptions",
                  "--lookback", "0s")
        stop = f"{sys.executable} {here}/stop.py"
        run("sync", "--to", f"singer:{stop} {limit} {log} {command}", *killed, code=7)
        before = log.read_text().split()
        run("sync", "--to", f"singer:{stop} 0 {log} {command}", *killed)
        after = log.read_text().split()[len(before):]
        twice = len(set(before) & set(after))
        assert before and twice <= PAGE, (lines, len(before), len(after), twice)
        compare(rows_of, {"subscriptions"})
        print(f"  killed after {lines} lines: {twice} of {len(before)} rows were sent twice")


def run_api(*words):
    subprocess.run([rc, *words], capture_output=True, check=True)


def meltano():
    tap = home / "tap-recharge"
    tap.symlink_to(rc)
    (home / "meltano.yml").write_text(json.dumps({
        "version": 1,
        "send_anonymous_usage_stats": False,
        "project_id": "00000000-0000-0000-0000-000000000001",
        "default_environment": "dev",
        "environments": [{"name": "dev"}],
        "plugins": {
            "extractors": [{
                "name": "tap-recharge",
                "namespace": "tap_recharge",
                "executable": str(tap),
                "capabilities": ["catalog", "discover", "state", "about", "activate-version"],
                "settings": [
                    {"name": "access_token", "kind": "password", "sensitive": True},
                    {"name": "start_date", "kind": "date_iso8601"},
                    {"name": "user_agent"},
                ],
                "config": {"access_token": "sk_sandbox_all",
                           "start_date": "2000-01-01T00:00:00Z", "user_agent": "meltano"},
                "select": ["customers.*", "subscriptions.*", "collections.*", "!customers.email"],
            }],
            "loaders": [{
                "name": "target-jsonl",
                "namespace": "target_jsonl",
                "executable": f"{venvs}/jsonl/bin/target-jsonl",
                "settings": [{"name": "destination_path"}, {"name": "do_timestamp_file", "kind": "boolean"}],
                "config": {"destination_path": str(home / "out"), "do_timestamp_file": False},
            }],
        },
    }))
    (home / "out").mkdir()

    def meltano_run():
        done = subprocess.run([f"{venvs}/meltano/bin/meltano", "run", "tap-recharge", "target-jsonl"],
                              cwd=home, capture_output=True, text=True)
        assert done.returncode == 0, (done.stdout[-2000:], done.stderr[-4000:])
        files = (home / "out").glob("*.jsonl")
        return {file.stem: file.read_text().splitlines() for file in files}

    first = meltano_run()
    own = reference()
    assert set(first) == {"customers", "subscriptions", "collections"}, set(first)
    for table, lines in first.items():
        assert set(by_key(map(json.loads, lines))) == set(own[table]), table
    assert all("email" not in json.loads(line) for line in first["customers"])
    second = meltano_run()
    for table in ("customers", "subscriptions"):
        again = len(second[table]) - len(first[table])
        assert 0 < again < len(first[table]) / 4, (table, again)
        print(f"  {table}: {len(first[table])} rows, then {again}")


meltano() if name == "meltano" else target()
