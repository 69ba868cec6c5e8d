"""A door to a lab's state without a socket, a script in Graph's place, and a clock nobody waits for."""

import json
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import reduce
from urllib.parse import parse_qsl, unquote, urlsplit

from auditor.clouds import load_clouds
from auditor.directory.archive import Archive, Origin
from auditor.directory.graph import Graph
from auditor.directory.graph_collector import Order, collect, prepare
from auditor.directory.graph_session import Session
from auditor.directory.sign_in import Means, Registration, Way, sign_in
from auditor.errors import NetworkError
from auditor.lab.exchange import Exchange
from auditor.lab.faults import answered
from auditor.lab.routes import named, routed
from auditor.lab.state import State
from auditor.lab.world import world_from
from auditor.model import Failure
from auditor.network import Pace, Reply
from auditor.secrets import Secret

HOST = "graph.microsoft.com"
TENANT = "11111111-2222-3333-4444-555555555555"
AUDITOR = "7d1f0c52-8a43-4e61-b1f5-2c9e6a7b0d99"
RESCO = "a116bf70-75fe-41c2-9f9f-7f3d0faff4bb"
APP_SECRET = "Planted-app-secret-1"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SCOPES = [
    "User.Read.All",
    "Policy.Read.All",
    "Directory.Read.All",
    "AuditLog.Read.All",
    "Organization.Read.All",
    "Domain.Read.All",
    "RoleManagement.Read.Directory",
    "GroupMember.Read.All",
    "Application.Read.All",
    "Policy.Read.ConditionalAccess",
]
WORLD = {
    "version": 1,
    "tenants": [
        {
            "id": TENANT,
            "name": "Contoso",
            "domains": [{"name": "contoso.example"}],
            "apps": [
                {"app": "resco-mobile-crm", "assignment_required": True, "assigned": ["Service accounts"]},
                {"app": AUDITOR, "secret": APP_SECRET, "graph_permissions": SCOPES},
            ],
            "grants": [
                {"app": "resco-mobile-crm", "all_users": True},
                {"app": AUDITOR, "resource": "microsoft-graph", "all_users": True, "scopes": SCOPES},
            ],
            "groups": [
                {"name": "Service accounts", "members": ["sync@contoso.example"]},
                {"name": "Left out", "groups": ["Service accounts"]},
            ],
            "locations": [{"name": "Office", "ranges": ["192.0.2.0/24"], "trusted": True}],
            "policies": [
                {"name": "MFA", "users": {"exclude": ["Left out", "role:Global Reader"]}, "controls": ["mfa"]}
            ],
        }
    ],
    "users": [
        {"upn": "sync@contoso.example", "password": "Planted-secret-1"},
        {
            "upn": "mfa@contoso.example",
            "password": "Planted-secret-2",
            "per_user_mfa": "enforced",
            "mfa_method": "entra",
        },
        {
            "upn": "admin@contoso.example",
            "password": "Planted-secret-3",
            "mfa_method": "entra",
            "directory_roles": ["Global Reader"],
        },
    ],
    "environments": [
        {"host": "contoso.crm4.dynamics.com", "tenant": "contoso.example", "open_to_tenant": True}
    ],
}


def changed(changes=None):
    """The world as plain data, with a few paths changed."""
    data = deepcopy(WORLD)
    for path, value in (changes or {}).items():
        *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
        reduce(lambda part, step: part[step], way, data)[last] = value
    return data


class Clock:
    """Time that passes only where somebody would have slept."""

    def __init__(self):
        self.seconds, self.slept = 0.0, []

    def __call__(self):
        return self.seconds

    def now(self):
        return NOON + timedelta(seconds=self.seconds)

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.seconds += seconds

    def pace(self, rate):
        return Pace(rate, clock=self, sleep=self.sleep)


class LabDoor:
    """The door's interface over a lab's state; notes what was asked, and of whom."""

    def __init__(self, state):
        self.state, self.asked, self.forms = state, [], []

    def get(self, url, leg, headers=None):
        return self._ask("GET", url, headers or {}, b"")

    get_once = get

    def post(self, url, leg, headers, body):
        return self._ask("POST", url, headers, body)

    def post_secret(self, url, leg, headers, body, agreed):
        host = urlsplit(url).hostname
        if not url.startswith("https://") or host not in agreed:
            raise NetworkError(Failure.REFUSED_BY_DOOR, host or "")
        self.forms.append((url, body))
        return self._ask("POST", url, headers, body)

    @contextmanager
    def recording(self):
        yield []

    def _ask(self, method, url, headers, body):
        parts = urlsplit(url)
        lower = {name.lower(): value for name, value in headers.items()}
        query = dict(parse_qsl(parts.query))
        sent = Exchange(parts.hostname, method, unquote(parts.path), query, lower, body)
        self.asked.append((method, f"{unquote(parts.path)}?{unquote(parts.query)}".rstrip("?"), lower))
        exchange, handler = routed(self.state, sent)
        upn, _ = named(self.state, exchange)
        reply = answered(self.state, exchange, handler, upn).reply
        if reply is None:
            raise NetworkError(Failure.RESET, parts.hostname)
        given = {name.lower(): value for name, value in reply.headers}
        return Reply(reply.status, given, reply.body, parts.hostname, NOON)

    def paths(self):
        return [path for _, path, _ in self.asked]


class Steps:
    """Progress that remembers what it was told."""

    def __init__(self):
        self.notes = []

    def stage(self, name, total):
        self.notes.append((name, total))

    def step(self, note="", verdict=""):
        self.notes.append(note)

    def say(self, text):
        self.notes.append(text)


def registration(**changes):
    """An auditor's registration in the world's tenant."""
    cloud = next(cloud for cloud in load_clouds().known if cloud.name == "commercial")
    fields = {"tenant": "contoso.example", "cloud": cloud, "client_id": AUDITOR, "secret": Secret(APP_SECRET)}
    return Registration(**{**fields, **changes})


class Desk:
    """A lab, an administrator signed in to it, and what a collection leaves."""

    def __init__(self, changes=None, way=Way.APP, upn="admin@contoso.example", **more):
        self.clock = Clock()
        self.state = State(world_from(changed(changes)), clock=self.clock.now)
        self.door, self.steps, self.told, self.upn = LabDoor(self.state), Steps(), [], upn
        means = Means(self.door, self.tell, self.clock.now, self.clock.sleep)
        self.administrator = sign_in(registration(**more), way, means)
        self.graph = Graph(self.door, HOST, self.administrator, self.clock.pace)

    def tell(self, line):
        self.told.append(line)
        if "enter the code" in line:
            shown = line.partition("the code ")[2].partition(",")[0]
            self.state.enter_code(shown, self.upn)

    def collect(self, stream, **order):
        """Collect into a stream; returns the manifest's data."""
        archive = Archive(stream, self.clock.now)
        session = Session(self.graph, self.administrator, archive, self.steps)
        wanted = Order(**{"apps": (RESCO,), "accounts": frozenset({"sync@contoso.example"}), **order})
        self.forecast = prepare(session, wanted)
        collect(session, wanted, self.clock.now)
        return archive.close(Origin(TENANT, "commercial", "a person", ("Global Reader",)))


class Script:
    """A door that answers Graph's questions from a list, in order; notes address, headers and body."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def get_once(self, url, leg, headers):
        self.asked.append(("GET", url, headers, b""))
        return self._next()

    def post_secret(self, url, leg, headers, body, agreed):
        assert urlsplit(url).hostname in agreed
        self.asked.append(("POST", url, headers, body))
        return self._next()

    def _next(self):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def reply(data, status=200, **headers):
    """A reply of Graph's; header names with _ for -."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return Reply(status, {"content-type": "application/json", **given}, body, HOST, NOON)


class Tokens:
    """Somebody with a token for everything."""

    def __init__(self):
        self.asked = []

    def token(self, permission, *, renew=False):
        self.asked.append((permission, renew))
        return Secret(f"planted-token-{sum(again for _, again in self.asked)}")

    def holds(self, text):
        return "planted-token" in text


def scripted(*answers):
    """Graph over a script: the graph, its door and its clock."""
    door, clock = Script(*answers), Clock()
    return Graph(door, HOST, Tokens(), clock.pace), door, clock
