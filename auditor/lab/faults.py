"""Faults at work: which one strikes a request, and what it makes of the reply."""

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from auditor.lab.exchange import Exchange, Reply, as_html
from auditor.lab.refusals import Refusal, refuse
from auditor.model import Leg

if TYPE_CHECKING:
    from auditor.lab.routes import Handler
    from auditor.lab.state import State
    from auditor.lab.world.faults import Fault, Kind

_MEGABYTE = 1024 * 1024


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
    match fault.kind:
        case "latency":
            return Outcome(handler(state, exchange), fault.milliseconds / 1000)
        case "truncated":
            whole = handler(state, exchange)
            return Outcome(replace(whole, body=whole.body[: len(whole.body) // 2]))
        case "reset":
            return Outcome(None)
        case _:
            return Outcome(_instead(state, exchange, fault))


def _instead(state: "State", exchange: Exchange, fault: "Fault") -> Reply:
    match fault.kind:
        case "throttled":
            wait = (("retry-after", fault.retry_after),) if fault.retry_after else ()
            return Reply(429, b"Too Many Requests", headers=wait)
        case "unavailable":
            return as_html(503, "Service unavailable")
        case "captive-portal":
            return as_html(200, "Welcome to the guest network")
        case "redirect":
            return Reply(307, headers=(("location", fault.location),))
        case "huge":
            return Reply(200, b" " * (fault.megabytes * _MEGABYTE), "application/json")
        case "not-found":
            return as_html(404, "Not found")
        case _:
            return refuse(state, exchange, Refusal(fault.code or 0, text=fault.text))


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
        fault.kind not in {"no-dns", "wrong-certificate"}
        and fault.leg in {None, leg_name(exchange)}
        and (fault.account == "*" or fnmatchcase(upn.lower(), fault.account.lower()))
        and fnmatchcase(exchange.host, fault.host.lower())
    )


def leg_name(exchange: Exchange) -> str:
    """Return a request's leg as worlds name it."""
    if "/discovery/" in exchange.path and exchange.path.endswith("/instance"):
        return "instance"
    return str(exchange.leg.value) if isinstance(exchange.leg, Leg) else ""
