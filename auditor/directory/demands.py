"""What a policy demands where it applies: a block, MFA, something else; and whether a password meets it.

MFA is demanded where there is no other way: all of AND, every alternative of OR. "MFA or a managed device"
is no demand for MFA - though a password grant, which can show neither, is refused all the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.directory.logic import all_of, any_of, negated, truth_of
from auditor.directory.policies import Demand, Operator
from auditor.directory.signins import ClientType, Device, Flow, SignIn
from auditor.model import Truth

BLOCK = "block"
_DEVICES = {"compliantdevice": Device.COMPLIANT, "domainjoineddevice": Device.HYBRID}
_APPS = frozenset({"approvedapplication", "compliantapplication"})
_ON_A_PAGE = frozenset({"passwordchange", "riskremediation"})


@dataclass(frozen=True, slots=True)
class _Element:
    """One control: whether it is MFA, and whether this sign-in meets it with a password alone."""

    mfa: Truth
    met: Truth


def blocks(demand: Demand) -> Truth:
    """Return whether a policy blocks; whatever else it names, a block decides."""
    if not demand.told:
        return Truth.UNANSWERED
    return truth_of(BLOCK in demand.controls)


def mfa(demand: Demand, sign_in: SignIn) -> Truth:
    """Return whether MFA is the only way to meet a demand; a block asks for none."""
    if not demand.told:
        return Truth.UNANSWERED
    if BLOCK in demand.controls or demand.nothing:
        return Truth.FAILS
    elements = [element.mfa for element in _elements(demand, sign_in)]
    return _joined(demand.operator, any_of(elements), all_of(elements))


def met_by_password(demand: Demand, sign_in: SignIn) -> Truth:
    """Return whether user and password alone meet a demand in this sign-in."""
    if not demand.told:
        return Truth.UNANSWERED
    if BLOCK in demand.controls:
        return Truth.FAILS
    if demand.nothing:
        return Truth.HOLDS
    elements = [element.met for element in _elements(demand, sign_in)]
    return _joined(demand.operator, all_of(elements), any_of(elements))


def _joined(operator: Operator, if_all: Truth, if_one: Truth) -> Truth:
    """Return what holds under the operator; under one that we do not know, what holds under both."""
    if operator is Operator.AND:
        return if_all
    if operator is Operator.OR:
        return if_one
    return if_all if if_all is if_one else Truth.UNANSWERED


def _elements(demand: Demand, sign_in: SignIn) -> Iterator[_Element]:
    for control in demand.controls:
        yield _control(control, sign_in)
    if demand.strength:
        yield _Element(demand.strength.mfa, demand.strength.password)
    for _ in demand.terms:
        yield _Element(Truth.FAILS, Truth.UNANSWERED)
    for _ in demand.custom:
        yield _Element(Truth.FAILS, Truth.FAILS)


def _control(control: str, sign_in: SignIn) -> _Element:
    if control == "mfa":
        return _Element(Truth.HOLDS, Truth.FAILS)
    if control in _DEVICES:
        return _Element(Truth.FAILS, _device(_DEVICES[control], sign_in))
    if control in _APPS:
        return _Element(Truth.FAILS, all_of((Truth.UNANSWERED, negated(_shows_nothing(sign_in)))))
    if control in _ON_A_PAGE:
        return _Element(Truth.FAILS, Truth.FAILS)
    return _Element(Truth.UNANSWERED, Truth.UNANSWERED)


def _device(wanted: Device, sign_in: SignIn) -> Truth:
    fits = truth_of(None if sign_in.device is None else sign_in.device is wanted)
    return all_of((fits, negated(_shows_nothing(sign_in))))


def _shows_nothing(sign_in: SignIn) -> Truth:
    """Return whether a sign-in shows neither device nor app: a password in a form has no room for them."""
    client, flow = sign_in.client_type, sign_in.flow
    by_client = truth_of(None if client is None else client in {ClientType.OTHER, ClientType.EXCHANGE})
    return any_of((by_client, truth_of(None if flow is None else flow is Flow.PASSWORD)))
