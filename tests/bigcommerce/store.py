"""The store that is served, asked directly: what clients are held against."""

import json
import urllib.request


class Store:
    def __init__(self, path):
        with open(path) as said:
            said = json.load(said)
        self.url, self.token, self.hash = said["url"], said["token"], said["store_hash"]

    def get(self, path):
        request = urllib.request.Request(
            f"{self.url}/stores/{self.hash}{path}", headers={"X-Auth-Token": self.token}
        )
        with urllib.request.urlopen(request) as answer:
            body = answer.read()
        return json.loads(body) if body else []

    def all(self, path):
        """Every record of a list, by its number."""
        found, page = {}, 1
        mark = "&" if "?" in path else "?"
        while True:
            body = self.get(f"{path}{mark}limit=250&page={page}")
            rows = body["data"] if isinstance(body, dict) else body
            for row in rows:
                assert row["id"] not in found, f"{path}: {row['id']} comes twice"
                found[row["id"]] = row
            if len(rows) < 250:
                return found
            page += 1

    def control(self, method, path, body):
        request = urllib.request.Request(
            f"{self.url}/_sandbox/{path}", data=json.dumps(body).encode(), method=method
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
