"""Other people's clients, sent to a sandbox: whatever they ask of the API's
address goes to RECHARGE_BASE_URL. Nothing else about them is changed."""

import os

import requests
from requests.adapters import HTTPAdapter

API = "https://api.rechargeapps.com"
BASE = os.environ["RECHARGE_BASE_URL"]
TOKEN = os.environ["RECHARGE_ACCESS_TOKEN"]


class Elsewhere(HTTPAdapter):
    """Sends what is meant for the API to the sandbox."""

    def send(self, request, **keywords):
        request.url = request.url.replace(API, BASE, 1)
        return super().send(request, **keywords)


def mount(session_class=requests.Session):
    """Makes every session go there."""
    begin = session_class.__init__

    def begun(self, *words, **keywords):
        begin(self, *words, **keywords)
        self.mount(API, Elsewhere())

    session_class.__init__ = begun


def counts():
    """How many records of each kind the sandbox holds."""
    return requests.get(f"{BASE}/_sandbox/state", timeout=60).json()["counts"]


def product():
    """A product of the sandbox."""
    headers = {"X-Recharge-Access-Token": TOKEN, "X-Recharge-Version": "2021-11"}
    answer = requests.get(f"{BASE}/products?limit=1", headers=headers, timeout=60)
    return answer.json()["products"][0]
