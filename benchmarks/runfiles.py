"""Invented run files of any size: accounts of every kind, as a run would have left them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from auditor.journal import Header, Journal
from auditor.model import (
    Answer,
    AppProfile,
    Case,
    CaseKey,
    Evidence,
    Expected,
    Failure,
    Flow,
    Kind,
    Leg,
    NotObserved,
    Observed,
    Origin,
    Question,
    RunInfo,
    Vantage,
    Why,
)
from auditor.model import evidence as about
from auditor.rulebook.load import load_rulebook

_BEGUN = datetime(2026, 11, 22, 8, tzinfo=UTC)
_OFFICE = Vantage("office", "203.0.113.7")
_TENANTS = 20
_ENVIRONMENTS = 40
_APPS = ("resco-mobile-crm", "resco-external-project", "own-registration")
_LOGIN = "login.microsoftonline.com"
# twenty accounts in a row: an AADSTS code, 0 a token, -1 a federated refusal, 1 no answer, None not asked
_KINDS = (
    *(0, 0, 50126, 50076, 0, 65001, None, 50126, 0, 50076),
    *(0, -1, 50079, None, 53003, 0, 50126, 50055, 0, 1),
)
_LOST = 1


def write_run_file(path: Path, count: int) -> None:
    """Write the run file of so many accounts with a case each."""
    apps = load_rulebook().apps
    run = RunInfo(
        "20261122T080000Z-0000", "0", "accounts.csv", _BEGUN, _BEGUN + timedelta(hours=5),
        "discovery and passwords", _OFFICE, simulated=True,
    )  # fmt: skip
    journal = Journal.create(path, Header(run), (_case(n, apps) for n in range(count)), ())
    for evidence in _shared(min(count, _TENANTS), min(count, _ENVIRONMENTS)):
        journal.note(evidence)
    for number in range(count):
        for evidence in _own(_case(number, apps), number):
            journal.note(evidence)
    journal.compared(())
    journal.close()


def _case(number: int, apps: Mapping[str, AppProfile]) -> Case:
    account = f"Svc-Route{number:06}@{_domain(number % _TENANTS)}"
    app, host = apps[_APPS[number % len(_APPS)]], _host(number % _ENVIRONMENTS)
    return Case(
        key=CaseKey(account.lower(), app.name, host),
        account=account,
        environment=host,
        app=app,
        kind=Kind.INTEGRATION if number % 4 else Kind.PERSON,
        origin=Origin("accounts.csv", "", number + 2),
        expected=Expected.ROPC if number % 3 else None,
        owner=("Field service", "Sales, north", "")[number % 3],
        notes="checked by telephone" if number % 20 == 0 else "",
    )


def _domain(tenant: int) -> str:
    return f"contoso{tenant}.example"


def _host(environment: int) -> str:
    return f"contoso-{environment}.crm4.dynamics.com"


def _guid(number: int) -> str:
    return f"{number:08x}-aaaa-4bbb-8ccc-{number:012x}"


def _shared(tenants: int, environments: int) -> Iterator[Evidence]:
    for tenant in range(tenants):
        answer = Answer(Flow.DISCOVERY, Leg.OPENID, host=_LOGIN, success=True, http_status=200)
        details = {"tenant_id": _guid(tenant)}
        yield Observed(
            about.tenant(_domain(tenant)), Question.TENANT, _BEGUN, _LOGIN, _OFFICE, answer, details
        )
    for place in range(environments):
        answer = Answer(Flow.DISCOVERY, Leg.CHALLENGE, host=_host(place), success=True, http_status=401)
        details = {"tenant_id": _guid(place % _TENANTS), "authority_host": _LOGIN}
        subject = about.environment(_host(place))
        yield Observed(subject, Question.ENVIRONMENT, _BEGUN, _LOGIN, _OFFICE, answer, details)


def _own(case: Case, number: int) -> Iterator[Evidence]:
    kind = _KINDS[number % len(_KINDS)]
    answer = Answer(
        Flow.DISCOVERY, Leg.REALM, host=_LOGIN, success=True, http_status=200, correlation_id=_guid(number)
    )
    details = {"account_type": "Federated" if kind == -1 else "Managed", "cloud_instance": _LOGIN}
    if kind == -1:
        details |= {"federation": "usable", "federation_host": f"sts.{case.domain}"}
    yield Observed(about.account(case.account), Question.REALM, _BEGUN, _LOGIN, _OFFICE, answer, details)
    at, subject = _BEGUN + timedelta(seconds=number // 5), about.case(case.key)
    if kind is None:
        yield NotObserved(subject, Question.PASSWORD, at, Why.NO_CREDENTIAL, "", _OFFICE)
        return
    yield Observed(
        subject,
        Question.PASSWORD,
        at,
        _LOGIN,
        _OFFICE,
        _answer(kind, number, case),
        {"federated": kind == -1},
    )
    if kind == 0:
        yield from _dataverse(case, at, number)


def _answer(kind: int, number: int, case: Case) -> Answer:
    said = "" if kind == 0 else _refusal(kind, number, case)
    leg = Leg.WSTRUST if kind == -1 else Leg.TOKEN
    return Answer(
        Flow.ROPC,
        leg,
        host=f"sts.{case.domain}" if kind == -1 else _LOGIN,
        success=kind == 0,
        http_status=None if kind == _LOST else 200 if kind == 0 else 400,
        error="" if kind in {0, -1, _LOST} else "invalid_grant",
        codes=(kind,) if kind > _LOST else (),
        text=said,
        failure=Failure.TIMEOUT if kind == _LOST else None,
        sent=True,
        correlation_id=_guid(number),
        trace_id=_guid(number + 1),
        fault="ID3242" if kind == -1 else "",
    )


def _refusal(kind: int, number: int, case: Case) -> str:
    if kind == _LOST:
        return "no answer in time"
    named = (
        "ID3242: the security token could not be authenticated" if kind == -1 else f"AADSTS{kind}: refused"
    )
    return (
        f"{named}. The account {case.account} was refused for a reason that the service tells in one long"
        f" sentence. Trace ID: {_guid(number + 1)} Correlation ID: {_guid(number)} Timestamp: {_BEGUN:%F %T}Z"
    )


def _dataverse(case: Case, at: datetime, number: int) -> Iterator[Evidence]:
    subject, here = about.case(case.key), case.environment
    member = number % 40 != 0
    answer = Answer(
        Flow.DATAVERSE,
        Leg.WHOAMI,
        host=here,
        success=member,
        http_status=200 if member else 403,
        text="" if member else "The user is not a member of the organization.",
        dataverse_code="" if member else "0x80072560",
    )
    yield Observed(subject, Question.WHOAMI, at, here, _OFFICE, answer, {"user_id": _guid(number)})
    if member:
        answer = Answer(Flow.DATAVERSE, Leg.TABLE, host=here, success=True, http_status=200)
        yield Observed(subject, Question.TABLE, at, here, _OFFICE, answer, {"table": "account"})
