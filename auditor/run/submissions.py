"""Which submissions follow from inventory and discovery: the same answer for a plan and for a run."""

from collections.abc import Sequence

from auditor.model import Case, Refusal
from auditor.rulebook.book import Rulebook
from auditor.rulebook.facts import build_estate, facts_of
from auditor.run.discovery import Discovered, login_of
from auditor.run.interface import Settings
from auditor.run.scope import Plan, sendable, wanted


def submissions(
    cases: Sequence[Case], found: Discovered, settings: Settings, rulebook: Rulebook
) -> tuple[list[Plan], list[tuple[Case, Refusal]]]:
    """Return the submissions to make, and why each other case gets none."""
    plans: list[Plan] = []
    refused: list[tuple[Case, Refusal]] = []
    estate = build_estate(cases)
    for case in cases:
        refusal = wanted(case, settings)
        if refusal is None:
            login = login_of(rulebook.clouds, case)
            refusal = sendable(facts_of(rulebook, case, found.of(case, login), estate), rulebook.outcomes)
        if refusal is None:
            plans.append(_plan(case, found, login))
        else:
            refused.append((case, refusal))
    return plans, refused


def _plan(case: Case, found: Discovered, login: str) -> Plan:
    realm, home = found.realm(case, login), found.tenant(case, login)
    assert realm is not None and home is not None, "a case that may be sent has both"  # noqa: PT018 - no test
    federation_host = str(realm.details.get("endpoint_host") or "")
    return Plan(case, str(home.details["tenant_id"]), case.domain, login, federation_host, realm)
