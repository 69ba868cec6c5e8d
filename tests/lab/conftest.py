"""A small estate that tests change in one place, and ways to ask it without sockets."""

from base64 import urlsafe_b64encode
from copy import deepcopy
from datetime import UTC, datetime
from functools import reduce
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
import requests
from msal.wstrust_request import Mex, _build_rst

from auditor.lab.exchange import Exchange
from auditor.lab.faults import answered
from auditor.lab.routes import named, routed
from auditor.lab.state import State
from auditor.lab.world import world_from
from tests.lab.visitor import Visitor

RESCO = "a116bf70-75fe-41c2-9f9f-7f3d0faff4bb"
TENANT = "6b0c8c5e-0000-4000-8000-000000000001"
ORG = "contoso.crm4.dynamics.com"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

BASE = {
    "version": 1,
    "tenants": [
        {
            "id": TENANT,
            "name": "Contoso",
            "domains": [
                {"name": "contoso.example"},
                {"name": "fed.contoso.example", "federation": {"host": "sts.contoso.example"}},
            ],
            "apps": [{"app": "resco-external-project"}],
            "grants": [{"app": "resco-external-project", "all_users": True}],
            "groups": [{"name": "Field", "members": ["ada@contoso.example"]}],
            "locations": [{"name": "Office", "ranges": ["192.0.2.0/24"], "trusted": True}],
        },
        {
            "id": "6b0c8c5e-0000-4000-8000-000000000002",
            "name": "Harrow",
            "cloud": "gcc-high",
            "domains": [{"name": "harrow.example"}],
            "apps": [{"app": "resco-external-project"}],
            "grants": [{"app": "resco-external-project", "all_users": True}],
        },
    ],
    "personal_domains": ["outlook.example"],
    "users": [
        {"upn": "ada@contoso.example", "password": "Right-horse-1"},
        {"upn": "fay@fed.contoso.example", "password": "Right-horse-2"},
        {"upn": "gus@harrow.example", "password": "Right-horse-3"},
    ],
    "environments": [
        {"host": ORG, "tenant": "contoso.example", "open_to_tenant": True},
        {"host": "harrow.crm.microsoftdynamics.us", "tenant": "Harrow", "open_to_tenant": True},
    ],
}


def _changed(changes=None):
    data = deepcopy(BASE)
    for path, value in (changes or {}).items():
        *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
        reduce(lambda part, step: part[step], way, data)[last] = value
    return data


class Asker:
    """Sends requests to a state as the web application would, without a socket."""

    def __init__(self, state):
        self.state = state

    def send(self, host, method, path, *, query=None, headers=None, body=b""):
        exchange, handler = routed(self.state, Exchange(host, method, path, query or {}, headers or {}, body))
        upn, _ = named(self.state, exchange)
        return answered(self.state, exchange, handler, upn).reply

    def token(self, upn="ada@contoso.example", password="Right-horse-1", **more):
        options = {
            "tenant": TENANT,
            "version": "v2.0/",
            "host": "login.microsoftonline.com",
            "client": RESCO,
            "scope": f"https://{ORG}/user_impersonation openid offline_access",
            "headers": {},
            **more,
        }
        form = {
            "grant_type": "password",
            "client_id": options["client"],
            "client_info": "1",
            "username": upn,
            "password": password,
            "scope": options["scope"],
            **options.get("form", {}),
        }
        return self.post_form(options, form)

    def post_form(self, options, form):
        headers = {"content-type": "application/x-www-form-urlencoded", **options["headers"]}
        path = f"/{options['tenant']}/oauth2/{options['version']}token"
        return self.send(options["host"], "POST", path, headers=headers, body=urlencode(form).encode())

    def rst(self, upn, password, version=13, host="sts.contoso.example", applies_to=None):
        action = Mex.ACTION_13 if version == 13 else Mex.ACTION_2005
        audience = applies_to or "urn:federation:MicrosoftOnline"
        path = f"/adfs/services/trust/{version}/usernamemixed"
        body = _build_rst(upn, password, audience, f"https://{host}{path}", action)
        return self.send(host, "POST", path, body=body.encode())

    def saml_grant(self, assertion, **more):
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:saml1_1-bearer",
            "client_id": RESCO,
            "assertion": urlsafe_b64encode(assertion).rstrip(b"=").decode(),
            "scope": f"https://{ORG}/user_impersonation",
        }
        options = {"tenant": TENANT, "version": "v2.0/", "host": "login.microsoftonline.com", "headers": {}}
        return self.post_form({**options, **more}, form)

    def dataverse(self, path, token="", host=ORG, **query):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return self.send(host, "GET", path, query=query, headers=headers)


@pytest.fixture
def make_world():
    """Return a world that differs from the small estate by a few paths."""
    return lambda changes=None: world_from(_changed(changes))


@pytest.fixture
def make_data():
    return _changed


@pytest.fixture
def make_asker(make_world):
    """Return somebody who asks a changed estate; `address` is where they ask from."""

    def make(changes=None, address="", clock=lambda: NOON):
        return Asker(State(make_world(changes), address, clock))

    return make


@pytest.fixture
def names():
    return SimpleNamespace(resco=RESCO, tenant=TENANT, org=ORG, noon=NOON)


@pytest.fixture
def make_session():
    """Return a session that goes through a lab's proxy and trusts its authority."""
    opened = []

    def make(lab):
        session = requests.Session()
        opened.append(session)
        session.trust_env = False
        session.proxies = {"https": lab.proxy, "http": lab.proxy}
        session.verify = str(lab.ca_file)
        return session

    yield make
    for session in opened:
        session.close()


@pytest.fixture
def make_visitor(make_asker, names):
    """Return somebody with a browser in a changed estate; `beside` is whose cookies they share."""

    def make(changes=None, beside=None, **more):
        return Visitor(
            beside.asker if beside else make_asker(changes, **more), names, beside and beside.cookies
        )

    return make
