"""The audit out of a run file: judged as it is read, counted as it is judged."""

import pytest

from auditor.journal import Journal
from auditor.rulebook.judge import Judge
from auditor.rulebook.load import load_rulebook
from auditor.run.judged import judge
from auditor.writers import FORMATS, writer_for


@pytest.fixture
def judged(shipped, monkeypatch):
    """The shipped world's audit, not read yet, and the accounts that were judged so far."""
    seen = []
    result = Judge.result

    def told(self, case, evidence):
        seen.append(case.account)
        return result(self, case, evidence)

    monkeypatch.setattr(Judge, "result", told)
    journal = Journal.open(shipped.journal.path)
    yield judge(journal, load_rulebook()), seen
    journal.close()


def test_who_reads_all_results_has_counted_them(judged, shipped):
    audit, seen = judged
    results = list(audit.results())
    assert audit.summary == shipped.audit.summary
    assert len(seen) == len(results) == audit.summary.cases


def test_who_asks_for_the_summary_alone_gets_it_by_one_reading(judged, shipped):
    audit, seen = judged
    assert audit.summary == audit.summary == shipped.audit.summary
    assert len(seen) == shipped.audit.summary.cases


def test_a_reading_that_breaks_off_is_no_count(judged, shipped):
    audit, _ = judged
    next(audit.results())
    assert audit.summary == shipped.audit.summary


def test_results_that_are_read_side_by_side_are_counted_apart(judged, shipped):
    audit, _ = judged
    for one, other in zip(audit.results(), audit.results(), strict=True):
        assert one == other
    assert audit.summary == shipped.audit.summary


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_costs_one_judgement_a_case_its_summary_included(judged, terms, tmp_path, name):
    audit, seen = judged
    writer_for(name, terms).write(audit, tmp_path / "report")
    assert len(seen) == audit.summary.cases
