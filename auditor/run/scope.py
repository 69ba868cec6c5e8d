"""Which passwords may be sent where: what discovery found, and what the operator agreed to (DESIGN 5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from auditor.errors import ScopeError
from auditor.model import Ask, Case, Expected, FactValue, Kind, Known, Observed, Refusal, Why
from auditor.rulebook.book import Outcome
from auditor.run.interface import ScopeAnswer, Settings


class Destination(Protocol):
    """Where a credential would go."""

    @property
    def tenant_id(self) -> str:
        """Return the tenant's GUID."""
        ...

    @property
    def domain(self) -> str:
        """Return the domain by which the inventory knows it."""
        ...

    @property
    def federation_host(self) -> str:
        """Return the federation server that a password goes through, "" for none."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """A case's password submission: to which tenant, through which federation host ("" for managed)."""

    case: Case
    tenant_id: str
    domain: str
    login: str
    federation_host: str
    realm: Observed


def realm_word(realm: Observed) -> str:
    """Return an account's realm as answers are interpreted by it: managed, federated, unknown, ""."""
    return str(realm.details.get("account_type", "")).lower()


@dataclass(frozen=True, slots=True)
class AgreedScope:
    """What may be signed in to: tenant GUIDs and federation hosts."""

    tenants: frozenset[str]
    hosts: frozenset[str]

    def refuses(self, plan: Destination) -> Refusal | None:
        """Return why a submission is outside, None when it is inside."""
        if plan.tenant_id not in self.tenants:
            return Refusal(Why.NOT_AGREED, f"tenant {plan.domain}")
        if plan.federation_host and plan.federation_host not in self.hosts:
            return Refusal(Why.NOT_AGREED, f"federation host {plan.federation_host}")
        return None

    def named(self, plans: Iterable[Destination]) -> tuple[str, ...]:
        """Return the agreed tenants, each once: its domains as the inventory has them, and its id."""
        domains: dict[str, set[str]] = {}
        for plan in plans:
            if plan.tenant_id in self.tenants:
                domains.setdefault(plan.tenant_id, set()).add(plan.domain)
        return tuple(sorted(f"{', '.join(sorted(names))} ({tenant})" for tenant, names in domains.items()))


def wanted(case: Case, settings: Settings) -> Refusal | None:
    """Return why a case's password is not asked for at all, from the inventory alone (DESIGN 6)."""
    if case.skip:
        return Refusal(Why.SKIPPED, case.skip)
    if case.expected is Expected.APPLICATION:
        return Refusal(Why.APPLICATION_EXPECTED, "")
    if not settings.passwords:
        return Refusal(Why.NOT_ASKED, "the run was asked to send no password")
    if case.kind is Kind.PERSON and case.expected is not Expected.ROPC and not settings.people:
        return Refusal(Why.NOT_ASKED, "people sign in interactively")
    if case.credential is None:
        return Refusal(Why.NO_CREDENTIAL, "")
    return None


_NEEDED = (
    # fact, the value that lets the password go, the reason otherwise
    ("environment_lookup", "found", Why.ENVIRONMENT_UNKNOWN),
    ("guest_name", "no", Why.GUEST_ACCOUNT),
    ("tenant_lookup", "found", Why.TENANT_UNKNOWN),
    ("clouds_agree", "yes", Why.CLOUDS_DISAGREE),
    ("tenants_agree", "yes", Why.TENANTS_DISAGREE),
)
_OF_TENANTS = tuple(line for line in _NEEDED if line[0] != "guest_name")


def sendable(facts: Mapping[str, FactValue], outcomes: Mapping[str, Outcome]) -> Refusal | None:
    """Return why a password must not be sent after what discovery found, None when it may."""
    if _value(facts, "realm") == "personal":
        return Refusal(Why.PERSONAL_ACCOUNT, "")
    return _lacking(_NEEDED, facts, outcomes) or _realm_refusal(facts)


def agreeable(facts: Mapping[str, FactValue], outcomes: Mapping[str, Outcome]) -> Refusal | None:
    """Return why nothing is to be sent to the tenant: it, the environment or their agreement is in doubt."""
    return _lacking(_OF_TENANTS, facts, outcomes)


def _lacking(
    needed: Iterable[tuple[str, str, Why]], facts: Mapping[str, FactValue], outcomes: Mapping[str, Outcome]
) -> Refusal | None:
    for name, good, why in needed:
        fact = facts[name]
        if isinstance(fact, Known) and fact.value != good:
            return Refusal(why, outcomes[fact.value].label if fact.value in outcomes else "")
        if not isinstance(fact, Known):
            return Refusal(_UNKNOWN.get(name, why), fact.why)
    return None


# A missing answer is not a disagreement: it is a tenant or an environment that nobody could read.
_UNKNOWN = {"clouds_agree": Why.ENVIRONMENT_UNKNOWN, "tenants_agree": Why.TENANT_UNKNOWN}


def _realm_refusal(facts: Mapping[str, FactValue]) -> Refusal | None:
    realm, federation = _value(facts, "realm"), _value(facts, "federation")
    if realm == "managed":
        return None
    if realm != "federated":
        return Refusal(Why.REALM_UNKNOWN, "")
    if federation == "plain_http":
        return Refusal(Why.FEDERATION_NOT_HTTPS, "")
    return None if federation == "usable" else Refusal(Why.FEDERATION_UNUSABLE, federation.replace("_", " "))


def _value(facts: Mapping[str, FactValue], name: str) -> str:
    fact = facts[name]
    return fact.value if isinstance(fact, Known) else ""


def someone_agrees(domains: Iterable[str], settings: Settings, ask: Ask) -> None:
    """Raise ScopeError before anything is asked when credentials would be sent and nobody could agree to it.

    `domains` are those of the accounts and applications that would sign in.
    """
    given = settings.scope
    if given.everything or given.tenants or given.hosts or ask.present:
        return
    domains = sorted(set(domains))
    if domains:
        raise ScopeError(
            f"nobody agreed to sign in to {', '.join(domains)}, and there is nobody to ask",
            "name tenants with --tenant and --federation-host, agree to all with --yes, or --no-passwords",
        )


def unmatched(plans: Iterable[Destination], given: ScopeAnswer) -> list[str]:
    """Return what was agreed to by name and is nothing that would be signed in to: a slip, as a rule."""
    known = {name for plan in plans for name in (plan.tenant_id, plan.domain, plan.federation_host)}
    return sorted((given.tenants | given.hosts) - known)


def agree(plans: Iterable[Destination], given: ScopeAnswer, ask: Ask) -> AgreedScope:
    """Return what may be signed in to: everything found that was agreed to beforehand, or is now, once.

    Raises ScopeError when something would be sent and nobody agreed to any of it.
    """
    planned = list(plans)
    domains: dict[str, set[str]] = {}
    for plan in planned:
        domains.setdefault(plan.tenant_id, set()).add(plan.domain)
    hosts = {plan.federation_host for plan in planned} - {""}
    if given.everything or not planned:
        return AgreedScope(frozenset(domains), frozenset(hosts))
    named = {t for t, names in domains.items() if given.tenants & {t, *names}}
    if given.tenants or given.hosts:
        return AgreedScope(frozenset(named), frozenset(hosts & given.hosts))
    shown = sorted(f"{', '.join(sorted(names))} ({tenant})" for tenant, names in domains.items())
    if not ask.agree(shown, sorted(hosts)):
        raise ScopeError(
            "nobody agreed to sign in to " + "; ".join([*shown, *sorted(hosts)]),
            "name them with --tenant and --federation-host, or agree to all with --yes",
        )
    return AgreedScope(frozenset(domains), frozenset(hosts))
