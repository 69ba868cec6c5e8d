"""Conditional Access, security defaults and per-user MFA: what stands between a right password and a token.

The password grant is a client of type mobile-apps-and-desktop-clients and meets no control. With several
controls an `or` policy names MFA first, an `and` policy the device; among policies a block comes first.
"""

from collections.abc import Collection
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from auditor.lab.apps import resource_id
from auditor.lab.estate import derived_id

if TYPE_CHECKING:
    from auditor.lab.attempt import Attempt
    from auditor.lab.estate import Estate
    from auditor.lab.refusals import Refusal
    from auditor.lab.world.policies import Policy
    from auditor.lab.world.tenants import Tenant
    from auditor.lab.world.users import User

_DEVICE_CODES = {
    "compliant-device": 53000,
    "hybrid-joined-device": 53001,
    "approved-app": 53002,
    "app-protection": 53009,
}
_OTHER_CODES = {"password-change": 50142, "third-party": 50158, "terms-of-use": 50158}
_CODES = {"block": 53003, **_DEVICE_CODES, **_OTHER_CODES}


def within(address: str, ranges: Collection[str]) -> bool:
    """Return whether an address lies in one of these ranges."""
    return any(ip_address(address) in ip_network(text) for text in ranges)


def demanded(attempt: "Attempt") -> "Refusal | None":
    """Return the refusal that policies, security defaults and per-user MFA lead to, None for none."""
    if (
        attempt.by_device_code
        and attempt.tenant.security_defaults
        and attempt.tenant.device_code == "blocked"
    ):
        return attempt.refusal(530035)
    named = [(policy, control) for policy in applying(attempt) if (control := _named(policy))]
    for control in ("block", "mfa", *_DEVICE_CODES, *_OTHER_CODES):
        behind = tuple(policy_id(attempt.tenant, p) for p, demand in named if demand == control)
        if control == "mfa":
            asked = (behind or _mfa_without_policy(attempt)) and not attempt.met_mfa
            refusal = _mfa(attempt, behind) if asked else None
        else:
            refusal = attempt.refusal(_CODES[control], policies=behind) if behind else None
        if refusal:
            return refusal
    return None


def policy_id(tenant: "Tenant", policy: "Policy") -> str:
    """Return a policy's GUID: its own, or one that follows from its name."""
    return policy.id or derived_id(tenant.id, "policy", policy.name)


def applying(attempt: "Attempt", target: str = "sign-in") -> "list[Policy]":
    """Return the policies that count for this sign-in."""
    return [
        policy
        for policy in attempt.tenant.policies
        if policy.state == "on"
        and policy.target == target
        and _counts(policy, attempt)
        and (target != "sign-in" or guards(policy, attempt.resource))
    ]


def _named(policy: "Policy") -> str:
    controls = policy.controls
    device_first = policy.operator == "and"
    ranks = ["block", *(_DEVICE_CODES if device_first else ["mfa"]), "mfa", *_DEVICE_CODES, *_OTHER_CODES]
    return next((control for control in ranks if control in controls), "")


def _counts(policy: "Policy", attempt: "Attempt") -> bool:
    return (
        bool({"all", attempt.client_type} & set(policy.client_apps))
        and (not policy.flows or (attempt.by_device_code and "device-code" in policy.flows))
        and (not policy.user_risk or attempt.person.risk in policy.user_risk)
        and about(policy, attempt.state.estate, attempt.tenant, attempt.person)
        and here(policy, attempt.tenant, attempt.state.address)
    )


def about(policy: "Policy", estate: "Estate", tenant: "Tenant", user: "User") -> bool:
    """Return whether a policy is about a user."""
    groups = estate.in_groups(tenant, user.upn)
    roles = (f"role:{role.lower()}" for role in estate.roles(tenant, user.upn))
    guests = ["guests"] if user.guest_of else []
    words = {"all", user.key, *(group.lower() for group in groups), *roles, *guests}
    return _chosen(policy.users.include, policy.users.exclude, words)


def here(policy: "Policy", tenant: "Tenant", address: str) -> bool:
    """Return whether a policy counts for sign-ins from an address."""
    places = [place for place in tenant.locations if within(address, place.ranges)]
    trusted = ["all-trusted"] if any(place.trusted for place in places) else []
    words = {"all", *trusted, *(place.name.lower() for place in places)}
    return _chosen(policy.locations.include, policy.locations.exclude, words)


def guards(policy: "Policy", resource: str) -> bool:
    """Return whether a policy guards a resource, by application id."""
    include = [resource_id(name) or name for name in policy.apps.include]
    exclude = [resource_id(name) or name for name in policy.apps.exclude]
    return _chosen(include, exclude, {"all", resource})


def _chosen(include: Collection[str], exclude: Collection[str], words: set[str]) -> bool:
    return bool(words & {name.lower() for name in include}) and not words & {n.lower() for n in exclude}


def _mfa_without_policy(attempt: "Attempt") -> bool:
    user = attempt.person
    if user.per_user_mfa != "disabled":
        return True
    put_off = user.registration_grace and user.mfa_method == "none"
    return attempt.tenant.security_defaults and not put_off


def _mfa(attempt: "Attempt", behind: tuple[str, ...]) -> "Refusal":
    user = attempt.person
    federation = attempt.federation
    if federation and federation.mfa == "provider":
        return attempt.refusal(50079, policies=behind)
    if user.mfa_method == "none":
        return _registration(attempt, behind)
    return attempt.refusal(50158 if user.mfa_method == "third-party" else 50076, policies=behind)


def _registration(attempt: "Attempt", behind: tuple[str, ...]) -> "Refusal":
    forbidding = applying(attempt, "register-security-info")
    if not forbidding:
        return attempt.refusal(50079, policies=behind)
    for_risk = any(policy.user_risk for policy in forbidding)
    return attempt.refusal(53004 if for_risk else 53010)
