"""A door that answers from a script instead of the network, and the cases that go through it."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from auditor.errors import NetworkError
from auditor.model import (
    AppProfile,
    Case,
    CaseKey,
    Failure,
    Grant,
    Kind,
    Origin,
    SignsInFrom,
    Sureness,
    Vantage,
)
from auditor.network import Reply
from auditor.probes.interface import Outlook

TENANT = "11111111-2222-3333-4444-555555555555"
LOGIN = "login.microsoftonline.com"
HOST = "contoso.crm4.dynamics.com"
OPENID = {
    "authorization_endpoint": f"https://{LOGIN}/{TENANT}/oauth2/v2.0/authorize",
    "token_endpoint": f"https://{LOGIN}/{TENANT}/oauth2/v2.0/token",
    "issuer": f"https://{LOGIN}/{TENANT}/v2.0",
}


class FakeDoor:
    """Answers by leg: a Reply, an exception to raise, or a function of the request; counts everything."""

    def __init__(self, **legs):
        self.legs = {"openid": as_json(OPENID), **legs}
        self.gets, self.posts, self.forms = [], [], []

    def get(self, url, leg, headers=None):
        self.gets.append((leg, url, headers or {}))
        return self._answer(leg, url, b"")

    @contextmanager
    def recording(self):
        yield []

    def get_once(self, url, leg, headers):
        return self.get(url, leg, headers)

    def post(self, url, leg, headers, body):
        self.forms.append((leg, url, dict(headers), body))
        return self._answer(leg, url, body)

    def post_secret(self, url, leg, headers, body, agreed):
        host = url.split("/")[2].lower()
        if not url.startswith("https://") or host not in agreed:
            raise NetworkError(Failure.REFUSED_BY_DOOR, host)
        self.posts.append((leg, url, dict(headers), body))
        return self._answer(leg, url, body)

    def _answer(self, leg, url, body):
        answer = self.legs[leg.value]
        answer = answer(url, body) if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer


def as_json(data, status=200, **headers):
    return Reply(status, {"content-type": "application/json", **headers}, json.dumps(data).encode(), LOGIN)


def as_text(text, status=200):
    return Reply(status, {"content-type": "text/html"}, text.encode(), LOGIN)


def outlook(door):
    return Outlook(door, Vantage("office"), lambda: datetime(2026, 11, 22, 8, tzinfo=UTC))


def app_profile(**changes):
    fields = {
        "name": "own-registration",
        "title": "Own registration",
        "client_id": "00000000-aaaa-bbbb-cccc-000000000001",
        "client_id_sure": Sureness.SOURCED,
        "grants": {Grant.ROPC: Sureness.SOURCED},
        "signs_in_from": SignsInFrom.CUSTOMER_SERVER,
    }
    return AppProfile(**{**fields, **changes})


def case_of(account="sync@contoso.example", host=HOST, **changes):
    app = changes.pop("app", app_profile())
    key = CaseKey(account.lower(), app.name, host)
    fields = {"kind": Kind.INTEGRATION, "origin": Origin("accounts.csv", "", 2), **changes}
    return Case(key, account, host, app, **fields)


@pytest.fixture
def case():
    return case_of()
