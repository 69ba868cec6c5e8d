"""The table of accounts: one record per case, with its verdicts and what comes first."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.model import Axis, Contract
from auditor.writers.prose import waived
from auditor.writers.tables import evidence
from auditor.writers.tables.content import NOT_AUDITED, Columns, Content, Place, verdict_content

if TYPE_CHECKING:
    from auditor.model import CaseResult, Finding, Fix, Observed
    from auditor.writers.texts import Texts

TABLE = "accounts"


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """A case, the place of its gravest finding, and what its judgement rests on."""

    result: "CaseResult"
    texts: "Texts"
    finding: Place | None = None
    item: "Observed | None" = None
    proof: Place | None = None

    @property
    def open(self) -> "tuple[Finding, ...]":
        """Return the findings that nobody waived, the gravest first."""
        return tuple(found for found in self.result.findings if found.waived is None)

    @property
    def fix(self) -> "Fix | None":
        """Return the first fix of the gravest finding that has one."""
        return next((found.fixes[0] for found in self.open if found.fixes), None)


def _severity(entry: AccountEntry) -> Content:
    if entry.result.not_audited:
        return NOT_AUDITED
    if not entry.open:
        return Content("none")
    severity = entry.open[0].severity
    return Content(severity, f"severity:{severity}")


def _worst(entry: AccountEntry) -> Content:
    return Content(entry.open[0].title if entry.open else "")


def _findings(entry: AccountEntry) -> Content:
    number = len(entry.result.findings)
    if not number:
        return Content("")
    return Content("1 finding" if number == 1 else f"{number} findings", link=entry.finding or "")


def _to_do(entry: AccountEntry) -> str:
    if entry.result.not_audited:
        return entry.texts.skipped
    if entry.fix:
        return entry.fix.title
    if accepted := next((found.waived for found in entry.result.findings if found.waived), None):
        return waived(accepted)
    path = entry.result.verdicts.get(Axis.PATH)
    return entry.texts.nothing_to_do if path and path.value == "ready" else entry.texts.no_finding


def _contract(entry: AccountEntry) -> Content:
    state = entry.result.contract
    if state == Contract.NOT_UNDER_CONTRACT:
        return Content("")
    why = f" ({entry.result.contract_why})" if entry.result.contract_why else ""
    return Content(f"{entry.result.case.expected}: {state}{why}", f"contract:{state}")


COLUMNS: Columns[AccountEntry] = {
    "account": lambda e: Content(e.result.case.account),
    "kind": lambda e: Content(e.result.case.kind),
    "app": lambda e: Content(e.result.case.app.title),
    "environment": lambda e: Content(e.result.case.environment),
    "mfa": lambda e: verdict_content(e.result, Axis.MFA),
    "consent": lambda e: verdict_content(e.result, Axis.CONSENT),
    "ropc": lambda e: verdict_content(e.result, Axis.ROPC),
    "path": lambda e: verdict_content(e.result, Axis.PATH),
    "severity": _severity,
    "worst": _worst,
    "findings": _findings,
    "to_do": lambda e: Content(_to_do(e)),
    "who": lambda e: Content(e.fix.role if e.fix else ""),
    "evidence": lambda e: Content(evidence.in_short(e.result, e.item), link=e.proof or ""),
    "expected": lambda e: Content(e.result.case.expected or ""),
    "contract": _contract,
    "owner": lambda e: Content(e.result.case.owner),
    "notes": lambda e: Content(e.result.case.notes),
    "origin": lambda e: Content(str(e.result.case.origin)),
}
