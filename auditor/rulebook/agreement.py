"""Whether account, environment and inventory mean the same tenant, and the same cloud.

A known difference settles it, whatever else is missing; agreement needs every part.
"""

from collections.abc import Mapping

from auditor.clouds import Cloud
from auditor.model import Case, FactValue, Known, Unknown
from auditor.model.evidence import tenant


def tenants_agree(case: Case, *, account: str, environment: str, named: Mapping[str, str]) -> FactValue:
    """Return yes or no for tenant ids ("" = not known); `named` holds those discovery found by name."""
    parts = {"the account's tenant": account, "the environment's tenant": environment}
    if case.tenant:
        parts["the inventory's tenant"] = _by_name(tenant(case.tenant).key, named)
    known = {value for value in parts.values() if value}
    missing = [name for name, value in parts.items() if not value]
    if len(known) > 1:
        return Known("no", source="tenant, environment")
    if missing:
        return Unknown(f"{' and '.join(missing)} could not be determined")
    return Known("yes", source="tenant, environment")


def _by_name(name: str, named: Mapping[str, str]) -> str:
    """Return a tenant's id; a GUID is its own, a domain the one discovery found."""
    return named.get(name, "") if "." in name else name


def clouds_agree(cloud: Cloud | None, *, authority_host: str, instance: str) -> FactValue:
    """Return yes or no: the environment's cloud against its sign-in host and the realm's."""
    if cloud is None:
        return Unknown("the environment's cloud is not known")
    source = "realm, environment"
    if authority_host and not cloud.signs_in_at(authority_host):
        return Known("no", source=source)
    if instance and not cloud.is_instance(instance):
        return Known("no", source=source)
    if not authority_host or not instance:
        part = "account's" if authority_host else "environment's"
        return Unknown(f"the {part} cloud could not be determined")
    return Known("yes", source=source)
