"""Whether each account's password can be had here and is fit to be sent; nothing is sent."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from auditor.errors import SecretError
from auditor.model import Case, Expected, Kind
from auditor.run.doctor.interface import Area, Check, State
from auditor.secrets import CredentialKind, Reference, Resolver, Secret, app_credential

_UNTRIED = "integrations without a credential: no password is tried"
_NO_TERMINAL = "there is no terminal here, so that nobody can be asked for the password"
_SOON = timedelta(days=30)
_WITHOUT_APP = "no credential in the inventory, though its application is to sign in (expected: application)"
_WITHOUT = "no credential in the inventory, though its password is to be proven (expected: ropc)"


@dataclass(slots=True)
class Found:
    """Passwords by account that can be sent, and why the others cannot be."""

    secrets: dict[str, Secret] = field(default_factory=dict)
    prompted: set[str] = field(default_factory=set)
    wrong: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def of(self, case: Case) -> Secret | None:
        """Return an account's password, None where it cannot be had now."""
        return self.secrets.get(case.account_id)

    def has(self, case: Case) -> bool:
        """Return whether an account's password can be had, now or when the run begins."""
        return case.account_id in self.secrets or case.account_id in self.prompted


def look(cases: Iterable[Case], resolver: Resolver, *, present: bool) -> Found:
    """Resolve each account's credential once; of `prompt` only whether somebody could be asked."""
    found, seen = Found(), set()
    for case in cases:
        if case.account_id in seen or not isinstance(case.credential, Reference):
            continue
        seen.add(case.account_id)
        problem = _problem(case, case.credential, resolver, found, present=present)
        if problem:
            found.wrong.setdefault(problem, []).append(case.account)
    return found


def _problem(
    case: Case, reference: Reference, resolver: Resolver, found: Found, *, present: bool
) -> tuple[str, str] | None:
    """Return what is wrong and what to do; None where the password is there, or will be typed."""
    if reference.scheme == "prompt":
        found.prompted.update([case.account_id] if present else [])
        return None if present else (_NO_TERMINAL, "run it on a terminal, or keep the password elsewhere")
    try:
        secret = resolver.resolve(reference, case.account)
    except SecretError as error:
        return f"{reference.scheme}: {error}", error.advice
    if unfit := secret.unfit():
        return f"{reference.scheme}: the password cannot be sent: {unfit}", "correct it where it is kept"
    found.secrets[case.account_id] = secret
    return None


def checks(cases: Iterable[Case], found: Found) -> Iterator[Check]:
    """Yield what was found: what cannot be sent, by reason, then what can."""
    for (wrong, advice), those in found.wrong.items():
        yield Check(Area.CREDENTIALS, State.CANNOT, wrong, advice, tuple(those))
    for state, says, accounts in _without(cases):
        yield Check(Area.CREDENTIALS, state, says, "name one in the column credential", accounts)
    if found.secrets:
        yield Check(Area.CREDENTIALS, State.FINE, f"passwords that can be had and sent: {len(found.secrets)}")
    if found.prompted:
        yield Check(Area.CREDENTIALS, State.FINE, f"passwords to be typed: {len(found.prompted)}")


def application_checks(cases: Iterable[Case], resolver: Resolver, now: datetime) -> Iterator[Check]:
    """Yield whether the credentials of applications that sign in for themselves can be had, and last."""
    fine, wrong = 0, dict[tuple[State, str, str], list[str]]()
    for case in cases:
        problem = _of_application(case, resolver, now)
        fine += problem is None or problem[0] is not State.CANNOT
        if problem:
            wrong.setdefault(problem, []).append(case.account)
    for (state, says, advice), accounts in wrong.items():
        yield Check(Area.CREDENTIALS, state, says, advice, tuple(dict.fromkeys(accounts)))
    if fine:
        yield Check(Area.CREDENTIALS, State.FINE, f"cases whose application's credential can be had: {fine}")


def _of_application(case: Case, resolver: Resolver, now: datetime) -> tuple[State, str, str] | None:
    assert isinstance(case.credential, Reference), "only cases with a credential are looked at"
    try:
        found = app_credential(resolver, case.credential)
    except SecretError as error:
        return State.CANNOT, f"{case.credential.scheme}: {error}", error.advice
    if found.expires is None or found.expires > now + _SOON or found.kind is CredentialKind.FEDERATED:
        return None
    state = State.CANNOT if found.expires <= now else State.NOTE
    ends = "expired" if state is State.CANNOT else "expires"
    return (
        state,
        f"the application's {found.kind} {ends} on {found.expires:%Y-%m-%d}",
        "put a new one in place",
    )


_MISSING: Mapping[str, Callable[[Case], bool]] = {
    _WITHOUT: lambda case: case.expected is Expected.ROPC,
    _WITHOUT_APP: lambda case: case.expected is Expected.APPLICATION,
    _UNTRIED: lambda case: case.kind is Kind.INTEGRATION and case.expected is None,
}


def _without(cases: Iterable[Case]) -> Iterator[tuple[State, str, tuple[str, ...]]]:
    bare = [case for case in cases if case.credential is None and not case.skip]
    for says, fits in _MISSING.items():
        accounts = tuple(dict.fromkeys(case.account for case in bare if fits(case)))
        if accounts:
            yield State.NOTE if says == _UNTRIED else State.CANNOT, says, accounts
