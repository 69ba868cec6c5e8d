"""Collecting a tenant's directory from Microsoft Graph, once, into an archive that `exports` reads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from auditor.directory.graph import Ask
from auditor.directory.graph_apps import DATAVERSE, Apps, read_realm_policies
from auditor.directory.graph_forecast import forecasts, lines
from auditor.directory.graph_logs import days_ago, read_sign_ins
from auditor.directory.graph_members import note_groups, read_groups, read_members, read_roles
from auditor.directory.graph_parts import BY_PART, READINGS, Reading
from auditor.directory.graph_refusals import Unread
from auditor.directory.graph_session import Session
from auditor.directory.graph_users import Users
from auditor.directory.graph_what_if import PERMISSION, ask_what_if
from auditor.directory.snapshot import Lack, Missing, Part
from auditor.directory.spot_checks import Spot

_PREMIUM = frozenset({"AAD_PREMIUM", "AAD_PREMIUM_P2"})
_LICENCES = "/v1.0/subscribedSkus?$select=capabilityStatus,servicePlans"


@dataclass(frozen=True, slots=True)
class Order:
    """What to collect. `apps` are client ids, `accounts` lower-case principal names.

    `accounts` are those whose per-user MFA state is read, None for everybody's. `sign_in_days`: how far back
    the sign-in log is read, 0 for not at all. `spot_checks`: how many accounts What-If is asked about.
    """

    apps: tuple[str, ...]
    accounts: frozenset[str] | None = frozenset()
    sign_in_days: int = 0
    spot_checks: int = 0

    @property
    def parts(self) -> tuple[Part, ...]:
        """Return the parts that will be read."""
        left_out = set() if self.sign_in_days else {Part.SIGN_INS}
        if self.accounts == frozenset():
            left_out.add(Part.USER_STATES)
        return tuple(reading.part for reading in READINGS if reading.part not in left_out)


def prepare(session: Session, order: Order) -> list[str]:
    """Return, for people, what can be read and what cannot; asks for permissions and licences, no more."""
    session.premium = _premium(session)
    return lines(list(forecasts(session, order.parts)))


def collect(session: Session, order: Order, now: Callable[[], datetime]) -> None:
    """Read all parts of an order into the session's archive; what fails is missing, and it is said why."""
    apps, users = Apps(order.apps), Users(order.accounts)
    session.progress.stage("parts of the directory", len(order.parts))
    for part in (Part.ORGANIZATION, Part.DOMAINS):
        session.read(part, _plain(session))
    session.read(Part.USERS, lambda reading, token: users.read(session, reading, token))
    for part in (Part.REGISTRATIONS, Part.SECURITY_DEFAULTS):
        session.read(part, _plain(session))
    session.read(Part.POLICIES, lambda reading, token: _policies(session, reading, token))
    for part in (Part.LOCATIONS, Part.STRENGTHS, Part.AUTHORIZATION):
        session.read(part, _plain(session))
    _apps(session, apps)
    session.read(Part.REALM_POLICIES, lambda reading, token: read_realm_policies(session, reading, token))
    session.read(Part.ROLES, lambda reading, token: read_roles(session, reading, token))
    _groups(session)
    _states(session, users, order)
    _sign_ins(session, order, now)
    _spot_checks(session, users, order)


def _plain(session: Session) -> Callable[[Reading, str], None]:
    """Return how a part is read that is one list or one object."""

    def work(reading: Reading, permission: str) -> None:
        if reading.part in {Part.SECURITY_DEFAULTS, Part.AUTHORIZATION}:
            ask = Ask(reading.path, permission, reading.limit)
            session.archive.page(reading.part, session.graph.get(ask))
        else:
            session.keep_pages(reading.part, reading.path, permission)

    return work


def _policies(session: Session, reading: Reading, permission: str) -> None:
    for page in session.graph.pages(Ask(reading.path, permission, reading.limit)):
        session.archive.page(Part.POLICIES, page)
        note_groups(session, page)


def _apps(session: Session, apps: Apps) -> None:
    session.read(Part.SERVICE_PRINCIPALS, lambda reading, token: apps.read(session, reading, token))
    session.read(Part.APPLICATIONS, partial(apps.read_registrations, session))
    for part, work in ((Part.GRANTS, apps.read_grants), (Part.ASSIGNMENTS, apps.read_assignments)):
        if apps.found:
            session.read(part, partial(work, session))
        else:
            session.archive.missing(part, Missing(Lack.NOT_ASKED, "no app could be read to ask about"))
            session.progress.step(str(part))


def _groups(session: Session) -> None:
    session.read(Part.GROUPS, lambda reading, token: read_groups(session, reading, token))
    session.read(Part.MEMBERS, lambda reading, token: read_members(session, reading, token))


def _states(session: Session, users: Users, order: Order) -> None:
    if Part.USER_STATES in order.parts:
        session.read(Part.USER_STATES, lambda reading, token: users.read_states(session, reading, token))
    else:
        session.archive.missing(Part.USER_STATES, Missing(Lack.NOT_ASKED, "no accounts were named"))


def _sign_ins(session: Session, order: Order, now: Callable[[], datetime]) -> None:
    if not order.sign_in_days:
        session.archive.missing(Part.SIGN_INS, Missing(Lack.NOT_ASKED))
        return
    since = days_ago(now(), order.sign_in_days)
    session.read(
        Part.SIGN_INS,
        lambda reading, token: read_sign_ins(session, reading, token, order.apps, since),
    )


def _spot_checks(session: Session, users: Users, order: Order) -> None:
    spots = [Spot(user, DATAVERSE) for user in list(users.ids)[: order.spot_checks]]
    permission = next((name for name in _WHAT_IF if session.administrator.grants(name)), None)
    if not spots or permission is None:
        return
    try:
        for answered in ask_what_if(session.graph, spots, permission):
            session.archive.spot_check(answered.data)
    except Unread as error:
        session.archive.spot_check({"refused": error.detail})


_WHAT_IF = (PERMISSION, BY_PART[Part.POLICIES].permission)


def _premium(session: Session) -> bool | None:
    """Return whether Entra ID P1 or P2 is among the tenant's licences; None where that cannot be read."""
    permission = session.permission(BY_PART[Part.ORGANIZATION])
    if permission is None:
        return None
    try:
        pages = list(session.graph.pages(Ask(_LICENCES, permission)))
    except Unread:
        return None
    return any(
        _is_premium(plan)
        for page in pages
        for sku in page["value"]
        if isinstance(sku, dict) and sku.get("capabilityStatus") == "Enabled"
        for plan in sku.get("servicePlans") or ()
    )


def _is_premium(plan: Mapping[str, Any]) -> bool:
    return isinstance(plan, dict) and plan.get("servicePlanName") in _PREMIUM
