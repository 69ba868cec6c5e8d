"""What a case is on each table: its records, each knowing where those stand that it leads to."""

from collections import Counter
from typing import TYPE_CHECKING

from auditor.model import Observed
from auditor.writers.consent_texts import load_consent_texts
from auditor.writers.tables import accounts, consent, evidence, findings, not_audited
from auditor.writers.tables.content import Place
from auditor.writers.tables.places import SharedPlaces
from auditor.writers.tables.tally import FixTally

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditor.model import Audit, CaseResult, Finding, LinkKind
    from auditor.writers.tables.fix_book import FixBook
    from auditor.writers.tables.kept import KeptFixes
    from auditor.writers.texts import Texts


class Entries:
    """Turns results into records one by one, in inventory order; `count` says how many a table has so far.

    What is yielded has to stand in its table before the next one is asked for.
    """

    def __init__(
        self, texts: "Texts", kept: "KeptFixes", kinds: "Mapping[LinkKind, Place] | None" = None
    ) -> None:
        """Begin; `kinds` is where each kind of consent link is explained, if the report says so anywhere."""
        self.count: Counter[str] = Counter()
        self._texts = texts
        self._consent_texts, self._kinds = load_consent_texts(), kinds or {}
        self._numbers: dict[str, int] = {}
        self._tally = FixTally(kept)
        self._shared = SharedPlaces()

    def of_case(self, result: "CaseResult") -> "Iterator[tuple[str, object]]":
        """Yield a case's records as (table, entry): evidence first, for the others lead to it."""
        number = self._numbers.setdefault(result.case.account_id, len(self._numbers))
        case = Place(accounts.TABLE, self.count[accounts.TABLE])
        proofs: dict[str, Place] = {}
        for item in result.evidence:
            if isinstance(item, Observed):
                record = self._shared.record(item, number)
                if record is None:
                    record = self.count[evidence.TABLE]
                    self._shared.stands(item, number, record)
                    yield self._counted(evidence.TABLE, evidence.EvidenceEntry(result, item, case))
                proofs[item.question] = Place(evidence.TABLE, record)
        yield self._counted(accounts.TABLE, self._account(result, proofs))
        yield from self._findings(result, number, case, proofs)
        if result.consent is not None:
            entry = consent.ConsentEntry(result, result.consent, self._consent_texts, self._kinds)
            yield self._counted(consent.TABLE, entry)
        for gap in not_audited.gaps_of_case(result, self._texts):
            yield self._counted(not_audited.TABLE, gap)

    def of_rows(self, audit: "Audit") -> "Iterator[tuple[str, object]]":
        """Yield what there is to say of the rows that could not be audited."""
        for row in audit.invalid():
            for gap in not_audited.gaps_of_row(row):
                yield self._counted(not_audited.TABLE, gap)

    def book(self) -> "FixBook":
        """Return the fixes in order; to be asked for when all results were there."""
        return self._tally.book()

    def _counted(self, table: str, entry: object) -> tuple[str, object]:
        self.count[table] += 1
        return table, entry

    def _account(self, result: "CaseResult", proofs: dict[str, Place]) -> accounts.AccountEntry:
        item = evidence.telling(result)
        first = Place(findings.TABLE, self.count[findings.TABLE]) if result.findings else None
        return accounts.AccountEntry(
            result, self._texts, first, item, proofs.get(item.question) if item else None
        )

    def _findings(
        self, result: "CaseResult", number: int, case: Place, proofs: dict[str, Place]
    ) -> "Iterator[tuple[str, object]]":
        for finding, fix in zip(result.findings, self._tally.add(result, number), strict=True):
            entry = findings.FindingEntry(result, finding, self._texts, case, fix, _proof(finding, proofs))
            yield self._counted(findings.TABLE, entry)


def _proof(finding: "Finding", proofs: dict[str, Place]) -> Place | None:
    cited = (evidence.question_of(citation) for citation in finding.evidence)
    return next((proofs[question] for question in cited if question in proofs), None)
