"""Cases and evidence as JSON in the run file, and back. Written by hand: the format outlives the classes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from auditor.model import (
    Answer,
    AppProfile,
    Case,
    CaseKey,
    Evidence,
    Expected,
    Failure,
    Flow,
    Grant,
    InvalidRow,
    Kind,
    Leg,
    NotObserved,
    Observed,
    Origin,
    Question,
    RowProblem,
    SignsInFrom,
    Subject,
    Sureness,
    Vantage,
    Why,
)


@dataclass(frozen=True, slots=True)
class StoredReference:
    """What a run file keeps of a credential reference: its scheme."""

    scheme: str


def dump(data: object) -> str:
    """Return compact JSON with sorted keys; ASCII, because a reply may hold half a surrogate pair."""
    return json.dumps(data, separators=(",", ":"), sort_keys=True)


def fields_of(item: Any) -> dict[str, Any]:
    """Return a dataclass's fields by name, their values as they are."""
    return {one.name: getattr(item, one.name) for one in fields(item)}


def app_out(app: AppProfile) -> str:
    """Return an app profile as JSON."""
    data = fields_of(app)
    data["grants"] = {str(grant): str(sure) for grant, sure in app.grants.items()}
    return dump(data)


def app_in(text: str) -> AppProfile:
    """Return an app profile from JSON."""
    data = json.loads(text)
    data["grants"] = {Grant(grant): Sureness(sure) for grant, sure in data["grants"].items()}
    data["signs_in_from"] = SignsInFrom(data["signs_in_from"])
    data["client_id_sure"] = Sureness(data["client_id_sure"])
    data["redirect_uri_sure"] = Sureness(data["redirect_uri_sure"])
    data["sources"] = tuple(data["sources"])
    return AppProfile(**data)


def case_out(case: Case) -> str:
    """Return a case as JSON: of its credential the scheme alone."""
    return dump(
        {
            "key": list(case.key),
            "account": case.account,
            "environment": case.environment,
            "app": case.app.name,
            "kind": case.kind,
            "origin": _origin_out(case.origin),
            "tenant": case.tenant,
            "credential": case.credential.scheme if case.credential else None,
            "expected": case.expected,
            "owner": case.owner,
            "notes": case.notes,
            "skip": case.skip,
            "shared_credential": case.shared_credential,
            "remarks": list(case.remarks),
        }
    )


def case_in(text: str, apps: Mapping[str, AppProfile]) -> Case:
    """Return a case from JSON; `apps` by name."""
    data = json.loads(text)
    return Case(
        key=CaseKey(*data["key"]),
        account=data["account"],
        environment=data["environment"],
        app=apps[data["app"]],
        kind=Kind(data["kind"]),
        origin=_origin_in(data["origin"]),
        tenant=data["tenant"],
        credential=StoredReference(data["credential"]) if data["credential"] else None,
        expected=Expected(data["expected"]) if data["expected"] else None,
        owner=data["owner"],
        notes=data["notes"],
        skip=data["skip"],
        shared_credential=data["shared_credential"],
        remarks=tuple(data["remarks"]),
    )


def invalid_out(row: InvalidRow) -> str:
    """Return an invalid row as JSON."""
    problems = [
        {"origin": _origin_out(p.origin), "column": p.column, "wrong": p.wrong, "right": p.right}
        for p in row.problems
    ]
    return dump(
        {
            "origin": _origin_out(row.origin),
            "account": row.account,
            "environment": row.environment,
            "app": row.app,
            "problems": problems,
        }
    )


def invalid_in(text: str) -> InvalidRow:
    """Return an invalid row from JSON."""
    data = json.loads(text)
    problems = tuple(
        RowProblem(_origin_in(p["origin"]), p["column"], p["wrong"], p["right"]) for p in data["problems"]
    )
    return InvalidRow(_origin_in(data["origin"]), data["account"], data["environment"], data["app"], problems)


def evidence_out(evidence: Evidence) -> str:
    """Return evidence as JSON; its subject and question stand in columns of their own."""
    common = {"at": evidence.at.isoformat(), "vantage": [evidence.vantage.label, evidence.vantage.address]}
    if isinstance(evidence, NotObserved):
        return dump(common | {"why": evidence.why, "detail": evidence.detail})
    return dump(
        common
        | {
            "source": evidence.source,
            "answer": _answer_out(evidence.answer),
            "details": dict(evidence.details),
        }
    )


def evidence_in(kind: str, key: str, question: str, text: str) -> Evidence:
    """Return evidence from JSON and its columns."""
    data = json.loads(text)
    subject, asked = Subject(kind, key), Question(question)
    at, vantage = datetime.fromisoformat(data["at"]), Vantage(*data["vantage"])
    if "why" in data:
        return NotObserved(subject, asked, at, Why(data["why"]), data["detail"], vantage)
    details = {
        name: tuple(value) if isinstance(value, list) else value for name, value in data["details"].items()
    }
    return Observed(subject, asked, at, data["source"], vantage, _answer_in(data["answer"]), details)


def _answer_out(answer: Answer) -> dict[str, Any]:
    """Return what is not empty; most of an answer is."""
    return {
        name: value
        for name, value in fields_of(answer).items()
        if value or (value == 0 and value is not False)
    }


def _answer_in(data: dict[str, Any]) -> Answer:
    known = dict(data)
    known["flow"] = Flow(data["flow"])
    if "leg" in data:
        known["leg"] = Leg(data["leg"])
    if "failure" in data:
        known["failure"] = Failure(data["failure"])
    for name in ("codes", "policies"):
        known[name] = tuple(data.get(name, ()))
    return Answer(**known)


def _origin_out(origin: Origin) -> list[object]:
    return [origin.file, origin.sheet, origin.row]


def _origin_in(data: list[Any]) -> Origin:
    return Origin(*data)
