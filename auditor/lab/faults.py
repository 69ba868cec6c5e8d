"""Faults at work: which one strikes a request, and what it makes of the reply."""

import gzip
import re
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from email.utils import format_datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from auditor.lab.exchange import Exchange, Reply, as_html, as_xml
from auditor.lab.refusals import Refusal, refuse
from auditor.lab.world.faults import OF_HOSTS
from auditor.model import Leg

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.lab.routes import Handler
    from auditor.lab.state import State
    from auditor.lab.world.faults import Fault, Kind

_MEGABYTE = 1024 * 1024
_PIECE = 65_536
_FOR_EVER = 3_600.0
_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+")


@dataclass(frozen=True)
class Outcome:
    """What becomes of a request: the reply, later by so many seconds, or None when the line breaks."""

    reply: Reply | None
    delay: float = 0.0


def of_host(state: "State", host: str, kind: "Kind") -> bool:
    """Return whether a fault of this kind strikes a connection to a host; counts the strike."""
    for index, fault in enumerate(state.world.faults):
        if fault.kind == kind and fnmatchcase(host, fault.host.lower()) and _left(state, index, fault):
            state.struck[index] += 1
            return True
    return False


def answered(state: "State", exchange: Exchange, handler: "Handler", upn: str) -> Outcome:
    """Return what becomes of a routed request: the service's answer, or what a fault makes of it."""
    fault = _striking(state, exchange, upn)
    if fault is None:
        return Outcome(handler(state, exchange))
    if fault.kind in ALTERATIONS:
        return _altered(state, fault, handler(state, exchange))
    if fault.kind in {"reset", "silent"}:
        return Outcome(None, _FOR_EVER if fault.kind == "silent" else 0.0)
    return Outcome(_instead(state, exchange, fault))


ALTERATIONS = frozenset({"latency", "truncated", "drip", "other-hosts", "clock"})
"""What leaves the service its answer, and does something to it."""


def _altered(state: "State", fault: "Fault", whole: Reply) -> Outcome:
    match fault.kind:
        case "latency":
            return Outcome(whole, fault.milliseconds / 1000)
        case "drip":
            return Outcome(replace(whole, piece=1, gap=fault.milliseconds / 1000))
        case "other-hosts":
            return Outcome(_naming(urlsplit(fault.location).netloc, whole))
        case "clock":
            date = format_datetime((state.now() + timedelta(hours=fault.hours)).astimezone(UTC), usegmt=True)
            return Outcome(replace(whole, headers=(*whole.headers, ("date", date))))
        case _:
            return Outcome(replace(whole, body=whole.body[: len(whole.body) // 2]))


def _naming(host: str, whole: Reply) -> Reply:
    """Return a reply in which every https address is one of another host."""
    address = f"https://{host}"
    body = _ADDRESS.sub(address, whole.body.decode()).encode()
    headers = tuple((name, _ADDRESS.sub(address, value)) for name, value in whole.headers)
    return replace(whole, body=body, headers=headers)


def _instead(state: "State", exchange: Exchange, fault: "Fault") -> Reply:
    match fault.kind:
        case "throttled":
            wait = (("retry-after", fault.retry_after),) if fault.retry_after else ()
            return Reply(429, b"Too Many Requests", headers=wait)
        case "redirect":
            return Reply(307, headers=(("location", fault.location),))
        case "huge":
            return Reply(200, b" " * (fault.megabytes * _MEGABYTE), "application/json", piece=_PIECE)
        case "bomb":
            packed = gzip.compress(b" " * (fault.megabytes * _MEGABYTE))
            return Reply(200, packed, "application/json", (("content-encoding", "gzip"),), _PIECE)
        case "code":
            return refuse(state, exchange, Refusal(fault.code or 0, text=fault.text))
        case _:
            return _DOCUMENTS[fault.kind]()


def _entities() -> str:
    """Return a document that would be a gigabyte once its entities were put in."""
    nested = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    return f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e0 "aaaaaaaaaa">{nested}]><a>&e8;</a>'


_DOCUMENTS: "dict[Kind, Callable[[], Reply]]" = {
    "unavailable": lambda: as_html(503, "Service unavailable"),
    "captive-portal": lambda: as_html(200, "Welcome to the guest network"),
    "network-login": lambda: as_html(511, "Sign in to the network"),
    "not-found": lambda: as_html(404, "Not found"),
    "deep-xml": lambda: as_xml(200, "<a>" * 100_000 + "</a>" * 100_000),
    "entity-xml": lambda: as_xml(200, _entities()),
}


def _striking(state: "State", exchange: Exchange, upn: str) -> "Fault | None":
    for index, fault in enumerate(state.world.faults):
        if _fits(fault, exchange, upn) and _left(state, index, fault):
            state.struck[index] += 1
            return fault
    return None


def _left(state: "State", index: int, fault: "Fault") -> bool:
    return fault.times is None or state.struck[index] < fault.times


def _fits(fault: "Fault", exchange: Exchange, upn: str) -> bool:
    return (
        fault.kind not in OF_HOSTS
        and fault.leg in {None, leg_name(exchange)}
        and (fault.account == "*" or fnmatchcase(upn.lower(), fault.account.lower()))
        and fnmatchcase(exchange.host, fault.host.lower())
        and fnmatchcase(exchange.path, fault.path)
    )


def leg_name(exchange: Exchange) -> str:
    """Return a request's leg as worlds name it."""
    if "/discovery/" in exchange.path and exchange.path.endswith("/instance"):
        return "instance"
    return str(exchange.leg.value) if isinstance(exchange.leg, Leg) else ""
