"""Who signed in: whether it was the account that was meant, and with which factors.

The id token is read first. Entra ID's id tokens of version 2 tell no methods as a rule, so what they leave
out is read from the access token beside it; both are read for information alone, and neither is kept.
Source: Microsoft identity platform, id token and access token claims; RFC 8176 (amr).
"""

from collections.abc import Mapping
from typing import Any

from auditor.model import Case, Detail
from auditor.secrets import Secret, redact
from auditor.secrets.claims import claims_of, texts

MEANT, ANOTHER, NOT_TOLD = "meant", "another", "not told"
_PASSWORD = "pwd"  # noqa: S105 - the name of a method
_MOST, _LONGEST = 20, 60


def identity_details(
    result: Mapping[str, Any], token: Secret, case: Case, tenant_id: str
) -> dict[str, Detail]:
    """Return who signed in, as details of the evidence; see model.Observed."""
    named = result.get("id_token_claims")
    identity = named if isinstance(named, dict) else {}
    access = claims_of(token.reveal())
    account = _account(identity, access, case, tenant_id)
    methods = texts(identity.get("amr")) or texts(access.get("amr"))
    contexts = texts(identity.get("acrs")) or texts(access.get("acrs"))
    details: dict[str, Detail] = {
        "account": account,
        "mfa": _mfa(methods),
        "methods": _short(methods),
        "contexts": _short(contexts),
    }
    if account == ANOTHER:
        details["signed_in_as"] = _shown(identity, access)
    return details


def names_of(case: Case) -> frozenset[str]:
    """Return the names by which a token may call an account: its own, and a guest's at home."""
    account = case.account_id
    local, mark, _ = account.partition("#ext#")
    home, _, domain = local.rpartition("_")
    return frozenset({account, f"{home}@{domain}"} if mark and home else {account})


def _account(identity: Mapping[str, Any], access: Mapping[str, Any], case: Case, tenant_id: str) -> str:
    tenant = _word(identity, "tid") or _word(access, "tid")
    name = _word(identity, "preferred_username") or _word(access, "upn") or _word(access, "unique_name")
    persons = {value for value in (_word(identity, "oid"), _word(access, "oid")) if value}
    if (tenant and tenant != tenant_id.lower()) or len(persons) > 1:
        return ANOTHER
    if not tenant or not name:
        return NOT_TOLD
    return MEANT if name in names_of(case) else ANOTHER


def _mfa(methods: list[str]) -> str:
    if "mfa" in methods or "ngcmfa" in methods:
        return "performed"
    return "password alone" if methods == [_PASSWORD] else "not told"


def _shown(identity: Mapping[str, Any], access: Mapping[str, Any]) -> str:
    name = _word(identity, "preferred_username") or _word(access, "upn") or "a name that is not told"
    return redact(name)[:_LONGEST]


def _word(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.strip().lower() if isinstance(value, str) else ""


def _short(words: list[str]) -> tuple[str, ...]:
    return tuple(redact(word)[:_LONGEST] for word in words[:_MOST])
