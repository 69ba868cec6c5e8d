"""What each desk has to do, and the road: what is first in each lane."""

from dataclasses import replace

import pytest

from auditor.model import Desk, Lane, Severity, Status, Tracked
from auditor.writers.tables.content import Place
from auditor.writers.tables.kept import KeptFixes
from auditor.writers.tables.tally import FixTally
from auditor.writers.tables.todo import COLUMNS, TodoEntry, table_of
from auditor.writers.tables.uses import NAMES_SHOWN
from auditor.writers.texts import load_texts


@pytest.fixture
def book():
    """Return a way to tally results; the book of fixes can be read until the test ends."""
    with KeptFixes() as kept:

        def made(results):
            numbers, tally = {}, FixTally(kept)
            for result in results:
                tally.add(result, numbers.setdefault(result.case.account_id, len(numbers)))
            return tally.book()

        yield made


@pytest.fixture
def needing(make):
    """Return a case of an account with one finding a fix, in this lane and of this status."""

    def built(account, *fixes, lane=Lane.NOW, status=None):
        findings = [
            replace(
                make.finding(f"needs-{fix.id}", fix.title, Severity.HIGH, "", (fix,)),
                lane=lane,
                tracked=Tracked(status) if status else None,
            )
            for fix in fixes
        ]
        verdicts = (("unknown",), ("missing",), ("not eligible",), ("fix, then ready",))
        return make.result(account, make.app, make.host, verdicts, row=2, findings=tuple(findings))

    return built


def said(entry):
    return {name: column(entry).value for name, column in COLUMNS.items()}


def test_every_first_choice_stands_at_its_desk_and_nowhere_else(audit, book):
    made = book(audit.results())
    lines = list(made.lines())
    seen = {number for desk in Desk for number, _ in made.todo(desk)}
    assert seen == {number for number, line in enumerate(lines, 1) if line.first_choice}
    for desk in Desk:
        for number, line in made.todo(desk):
            assert line == lines[number - 1]
            assert line.fix.desk is desk


def test_what_comes_sooner_leads_and_then_what_frees_more(make, needing, book):
    later = needing("a@contoso.example", make.fixes.consent, lane=Lane.LATER)
    also = needing("b@contoso.example", make.fixes.consent, lane=Lane.LATER)
    once = needing("c@contoso.example", make.fixes.exclude)
    other = replace(make.fixes.exclude, id="other", title="Other")
    twice = [needing(name, other) for name in ("d@contoso.example", "e@contoso.example")]
    made = book([later, also, once, *twice])
    assert [line.fix.id for _, line in made.todo(Desk.ENTRA)] == [
        "other",
        "exclude-dedicated-account",
        "grant-admin-consent",
    ]


def test_an_alternative_is_on_no_desk(make, needing, book):
    result = needing("a@contoso.example", make.fixes.consent)
    finding = replace(result.findings[0], fixes=(make.fixes.consent, make.fixes.role))
    made = book([replace(result, findings=(finding,))])
    assert list(made.todo(make.fixes.role.desk)) == []
    assert made.busy(make.fixes.role.desk) == (0, 0)
    places = [made.todo_place(record) for record in range(2)]
    assert places == [Place("todo_entra", 0), None]


def test_an_alternative_neither_names_its_accounts_nor_hurries(make, needing, book):
    own = needing("a@contoso.example", make.fixes.role, lane=Lane.LATER)
    other = needing("b@contoso.example", make.fixes.consent)
    named = replace(other.findings[0], fixes=(make.fixes.consent, make.fixes.role))
    made = book([own, replace(other, findings=(named,))])
    ((number, line),) = made.todo(make.fixes.role.desk)
    told = said(TodoEntry(number, line, load_texts()))
    assert (told["accounts"], told["names"], told["lane"]) == (1, "a@contoso.example", "Later")
    assert (line.accounts, line.lane) == (2, Lane.NOW)


def test_a_line_leads_to_its_fix_and_to_the_first_of_its_findings(make, needing, book):
    made = book(
        [needing("a@contoso.example", make.fixes.consent), needing("b@contoso.example", make.fixes.role)]
    )
    ((number, line),) = made.todo(make.fixes.role.desk)
    entry = TodoEntry(number, line, load_texts())
    assert COLUMNS["number"](entry).link == Place("fixes", number - 1)
    assert COLUMNS["accounts"](entry).link == Place("findings", 1)


def test_what_people_marked_done_is_counted(make, needing, book):
    statuses = [Status.DONE, Status.IN_PROGRESS, Status.ACCEPTED, None]
    made = book(
        [needing(f"u{n}@contoso.example", make.fixes.consent, status=s) for n, s in enumerate(statuses)]
    )
    ((number, line),) = made.todo(Desk.ENTRA)
    assert said(TodoEntry(number, line, load_texts()))["status"] == "1 of 4 done"


def test_many_accounts_are_a_number_and_the_first_of_them(make, needing, book):
    made = book([needing(f"u{n}@contoso.example", make.fixes.consent) for n in range(NAMES_SHOWN + 3)])
    ((number, line),) = made.todo(Desk.ENTRA)
    told = said(TodoEntry(number, line, load_texts()))
    assert told["accounts"] == NAMES_SHOWN + 3
    assert told["names"].splitlines()[-1] == "and 3 more"


def test_the_licence_and_what_is_not_confirmed_are_told_beside_the_steps(make, needing, book):
    made = book([needing("a@contoso.example", make.fixes.consent, make.fixes.exclude)])
    told = {line.fix.id: said(TodoEntry(n, line, load_texts())) for n, line in made.todo(Desk.ENTRA)}
    assert told[make.fixes.exclude.id]["caution"] == "Licence: Microsoft Entra ID P1"
    assert told[make.fixes.consent.id]["caution"].startswith("Check before use")
    assert told[make.fixes.consent.id]["steps"].startswith("1. Open the link")


def test_the_road_gives_each_lane_its_most_freeing_kinds_and_counts_the_others(make, needing, book):
    fixes = [replace(make.fixes.consent, id=f"fix-{n}", title=f"Fix {n}") for n in range(4)]
    results = [needing(f"u{n}{m}@contoso.example", fix) for n, fix in enumerate(fixes) for m in range(n + 1)]
    made = book([*results, needing("later@contoso.example", make.fixes.role, lane=Lane.LATER)])
    now = made.road(Lane.NOW, 2)
    assert [(kind.fix.title, kind.accounts) for kind in now.shown] == [("Fix 3", 4), ("Fix 2", 3)]
    assert (now.more, now.accounts) == (2, 10)
    assert [made.todo_place(kind.record) for kind in now.shown] == [kind.todo for kind in now.shown]
    assert made.road(Lane.NEXT, 2) == type(now)((), 0, 0)
    assert made.road(Lane.LATER, 2).accounts == 1


def test_a_desk_says_how_many_accounts_it_frees_each_once(make, needing, book):
    made = book([needing("a@contoso.example", make.fixes.consent, make.fixes.exclude)])
    assert made.busy(Desk.ENTRA) == (2, 1)
    assert table_of(Desk.ENTRA) == "todo_entra"
