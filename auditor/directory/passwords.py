"""When the password of an account expires: by its own exemption, or by the period of its domain.

The directory decides for accounts of its own alone. Of synchronised and federated ones it keeps the switch
that exempts them, and the day may be a matter of where they come from. A period that nobody set is unknown:
no default is assumed.

Source: Microsoft Graph, user (passwordPolicies) and domain (passwordValidityPeriodInDays).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from auditor.directory.snapshot import Domain, Known, Missing, Part, User, lines_of

UNKNOWN, NEVER, POLICY = "unknown", "never", "policy"
Domains: TypeAlias = Known[Mapping[str, Domain]] | Missing


@dataclass(frozen=True, slots=True)
class Expiry:
    """What is known of the end of a password.

    `word` is never, policy or unknown; `never_by` who says never (account, domain, ""). `day` is the ISO date
    in UTC, never, or "", and then `why` says why; `unread` says what could not be read for it.
    """

    word: str
    day: str = ""
    never_by: str = ""
    why: str = ""
    unread: tuple[str, ...] = ()


def expiry_of(user: User, domains: Domains) -> Expiry:
    """Return when the password of a user expires, as far as the directory says it."""
    name = user.upn.lower().rpartition("@")[2]
    domain = domains.value.get(name) if isinstance(domains, Known) else None
    elsewhere = _elsewhere(user, domain)
    if user.password_never_expires:
        return Expiry(NEVER, "" if elsewhere else NEVER, "account", elsewhere)
    word = UNKNOWN if user.password_never_expires is None else POLICY
    if elsewhere:
        return Expiry(word, why=elsewhere)
    if domain is None:
        unread = lines_of(Part.DOMAINS, domains)
        return Expiry(word, why="; ".join(unread) or f"{name} is not among the domains", unread=unread)
    return _by_domain(user, domain, word)


def _elsewhere(user: User, domain: Domain | None) -> str:
    """Return why the password may be none of this directory's own, "" where it is one."""
    if user.external:
        return "the account is a guest, whose password is kept at home"
    if user.synced:
        return "the account is synchronised, and which policy its password follows is not read"
    if domain and domain.federated:
        return f"{domain.name} is federated, and its own sign-in service decides when passwords expire"
    return "" if user.synced is False else "whether the account is synchronised is not said"


def _by_domain(user: User, domain: Domain, word: str) -> Expiry:
    days, changed = domain.validity_days, user.password_changed
    if domain.federated is None or domain.verified is False:
        return Expiry(word, why=f"whether {domain.name} is a managed domain is not said")
    if days is None:
        return Expiry(word, why=f"how long passwords of {domain.name} last is not said")
    if days == Domain.NEVER:
        return Expiry(NEVER, NEVER, "domain")
    if word == UNKNOWN:
        return Expiry(word, why="whether the account is exempt from the period of its domain is not said")
    if changed is None:
        return Expiry(word, why="when the password was last changed is not said")
    day = _after(changed, days)
    return Expiry(word, day, why="" if day else f"{domain.name} lets passwords last longer than dates go")


def _after(changed: datetime, days: int) -> str:
    try:
        return (changed + timedelta(days=days)).date().isoformat()
    except OverflowError:
        return ""
