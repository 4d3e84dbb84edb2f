"""Counts what dbt ran, and compares its recurring revenue with that of rc.

dbt's calendar ends before the day of the newest charge, so that rc is asked for the
days until then.
"""

import csv
import io
import json
import subprocess
import sys
from decimal import Decimal

EXPECTED = {"run": (40, "success"), "test": (20, "pass")}

CALENDAR = "select cast(max(date_day) as date) from dbt_recharge.int_recharge__calendar_spine"
REVENUE = """
select customer_id, date_month, total_net_recurring_charges, calculated_net_order_mrr
from dbt_recharge.recharge__monthly_recurring_revenue
"""


def query(folder, target, port):
    """A function that asks the database of a target."""
    if target == "duckdb":
        import duckdb

        connection = duckdb.connect(folder + "/shop.duckdb", read_only=True)
        return lambda sql: connection.execute(sql).fetchall()
    import psycopg2

    connection = psycopg2.connect(host="127.0.0.1", port=port, user="ada", dbname="shop")

    def ask(sql):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    return ask


def main():
    rc, folder, target, port = sys.argv[1:]
    for step, (number, status) in EXPECTED.items():
        with open(f"{target}-{step}.json") as results:
            found = [result["status"] for result in json.load(results)["results"]]
        assert found == [status] * number, f"{target} {step}: {found}"
    ask = query(folder, target, port)
    last_day = str(ask(CALENDAR)[0][0])
    theirs = {
        (str(customer), str(month)[:7]): (Decimal(charged), Decimal(mrr))
        for customer, month, charged, mrr in ask(REVENUE)
        if charged or mrr
    }
    command = [rc, "sql", "--query", "mrr-collected", "--tz", "UTC", "-o", "csv"]
    command += ["--database", f"{folder}/shop.db", "--param", f"today={last_day}"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    ours = {
        (row["customer_id"], row["month"]): (Decimal(row["charged"]), Decimal(row["mrr"]))
        for row in csv.DictReader(io.StringIO(printed))
    }
    ours = {key: amounts for key, amounts in ours.items() if any(amounts)}
    assert len(ours) > 50, f"{len(ours)} rows are too few to compare"
    wrong = {key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)}
    for key in sorted(wrong):
        print(f"{key}: rc {ours.get(key)}, dbt {theirs.get(key)}")
    assert not wrong, f"{len(wrong)} of {len(ours)} customers and months differ"
    print(f"{target}: 40 models, 20 tests; {len(ours)} customers and months equal until {last_day}")


main()
