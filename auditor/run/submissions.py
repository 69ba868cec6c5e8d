"""Which submissions follow from inventory and discovery: the same answer for a plan and for a run."""

from collections.abc import Sequence

from auditor.model import Case, Expected, Refusal
from auditor.rulebook.book import Rulebook
from auditor.rulebook.facts import build_estate, facts_of
from auditor.run.discovery import Discovered, login_of
from auditor.run.interface import Settings
from auditor.run.scope import Plan, sendable, wanted


def submissions(
    cases: Sequence[Case], found: Discovered, settings: Settings, rulebook: Rulebook
) -> tuple[list[Plan], list[tuple[Case, Refusal]]]:
    """Return the submissions to make, and why each other case gets none.

    Cases that expect an application are none of them: see app_users.
    """
    plans: list[Plan] = []
    refused: list[tuple[Case, Refusal]] = []
    decided: dict[object, Refusal | None] = {}
    estate = build_estate(cases)
    for case in cases:
        if case.expected is Expected.APPLICATION:
            continue
        refusal, login = wanted(case, settings), login_of(rulebook.clouds, case)
        if refusal is None:
            alike = _alike(case, found, login)
            if alike not in decided:
                facts = facts_of(rulebook, case, found.of(case, login), estate)
                decided[alike] = sendable(facts, rulebook.outcomes)
            refusal = decided[alike]
        if refusal is None:
            plans.append(_plan(case, found, login))
        else:
            refused.append((case, refusal))
    return plans, refused


def _alike(case: Case, found: Discovered, login: str) -> object:
    """Return what decides whether a password may go: what discovery asked about, and whether it is a guest.

    Accounts with the same answer share one realm object, so that its identity stands for what it says.
    """
    guest = "#ext#" in case.account_id
    return case.environment, case.domain, case.tenant, login, id(found.realm(case, login)), guest


def _plan(case: Case, found: Discovered, login: str) -> Plan:
    realm, home = found.realm(case, login), found.tenant(case, login)
    assert realm is not None and home is not None, "a case that may be sent has both"  # noqa: PT018 - no test
    federation_host = str(realm.details.get("endpoint_host") or "")
    return Plan(case, str(home.details["tenant_id"]), case.domain, login, federation_host, realm)
