from dataclasses import dataclass, replace

import pytest

from auditor.model import Lane, Severity
from auditor.writers.tables.content import Place
from auditor.writers.tables.fixes import COLUMNS, FixEntry
from auditor.writers.tables.kept import KeptFixes
from auditor.writers.tables.names import Name
from auditor.writers.tables.tally import FixTally
from auditor.writers.tables.uses import NAMES_SHOWN
from auditor.writers.texts import load_texts


@pytest.fixture
def case(make):
    """Return a judged case of an account with findings."""

    def built(account, *findings):
        verdicts = (("unknown",), ("missing",), ("not eligible",), ("fix, then ready",))
        return make.result(account, make.app, make.host, verdicts, row=2, findings=findings)

    return built


@dataclass
class Book:
    """What came of a tally: the lines, the common kinds, and where the first fix of each finding stands."""

    lines: list
    common: list
    places: list


def fix_book(results):
    numbers = {}
    with KeptFixes() as kept:
        tally = FixTally(kept)
        named = [tally.add(r, numbers.setdefault(r.case.account_id, len(numbers))) for r in results]
        book = tally.book()
        places = [[book.place(one.line) if one else None for one in lines] for lines in named]
        return Book(list(book.lines()), book.common(100), places)


def columns(line):
    entry = FixEntry(1, line, load_texts())
    return {name: column(entry).value for name, column in COLUMNS.items()}


def test_findings_that_one_action_solves_are_one_line(case, make):
    missing = make.finding("consent-missing", "Consent is missing", Severity.HIGH, "", (make.fixes.consent,))
    book = fix_book([case("a@contoso.example", missing), case("b@contoso.example", missing)])
    (line,) = book.lines
    assert (line.accounts, line.names) == (2, ("a@contoso.example", "b@contoso.example"))


def test_a_fix_leads_back_to_the_first_finding_that_names_it_first(case, make):
    role = make.finding("role-missing", "Role is missing", Severity.HIGH, "", (make.fixes.role,))
    other = make.finding(
        "consent-missing", "Consent is missing", Severity.HIGH, "", (make.fixes.consent, make.fixes.app_user)
    )
    book = fix_book([case("a@contoso.example", role), case("b@contoso.example", other)])
    back = {line.fix.id: COLUMNS["first_choice"](FixEntry(1, line, load_texts())).link for line in book.lines}
    assert back[make.fixes.consent.id] == Place("findings", 1)
    assert back[make.fixes.app_user.id] == ""


def test_an_account_counts_once_however_many_cases_it_has(case, make):
    missing = make.finding("consent-missing", "Consent is missing", Severity.HIGH, "", (make.fixes.consent,))
    book = fix_book([case("A@contoso.example", missing), case("a@contoso.example", missing)])
    assert book.lines[0].accounts == book.common[0].accounts == 1


def test_the_fix_that_frees_most_accounts_as_first_choice_leads(audit):
    lines = fix_book(audit.results()).lines
    assert [line.first_choice for line in lines] == sorted((ln.first_choice for ln in lines), reverse=True)


def test_a_fix_that_is_only_ever_an_alternative_is_listed_but_not_among_the_common(audit):
    book = fix_book(audit.results())
    listed, common = {line.fix.id for line in book.lines}, {fix.fix.id for fix in book.common}
    assert listed - common == {"exclude-dedicated-account"}


def test_a_line_carries_the_gravest_severity_and_the_soonest_lane(case, make):
    fix = (make.fixes.role,)
    mild = make.finding("mild", "Mild", Severity.LOW, "", fix)
    grave = make.finding("grave", "Grave", Severity.BLOCKER, "", fix)
    (line,) = fix_book([case("a@contoso.example", mild), case("b@contoso.example", grave)]).lines
    assert (line.severity, line.lane, line.findings) == (Severity.BLOCKER, Lane.NOW, ("Mild", "Grave"))


def test_a_long_list_of_accounts_is_cut_with_the_number_of_the_others(case, make):
    missing = make.finding("consent-missing", "Consent is missing", Severity.HIGH, "", (make.fixes.consent,))
    many = [case(f"u{number}@contoso.example", missing) for number in range(NAMES_SHOWN + 7)]
    row = columns(fix_book(many).lines[0])
    assert row["accounts"] == NAMES_SHOWN + 7
    assert row["names"].endswith("\nand 7 more")


def test_a_place_leads_to_the_line_of_the_fix(audit, make):
    book = fix_book(audit.results())
    found = [finding for result in audit.results() for finding in result.findings]
    places = [place for lines in book.places for place in lines]
    for finding, place in zip(found, places, strict=True):
        assert (place is None) is (not finding.fixes)
        if place:
            assert book.lines[place.record].fix.id == finding.fixes[0].id
    assert make.fixes.consent in [line.fix for line in book.lines]


def test_steps_say_which_licence_they_need_and_what_is_not_confirmed(audit, make):
    lines = {line.fix.id: columns(line)["steps"] for line in fix_book(audit.results()).lines}
    assert "Licence: Microsoft Entra ID P1" in lines[make.fixes.exclude.id]
    assert "Check before use" in lines[make.fixes.consent.id]
    assert "Check before use" not in lines[make.fixes.role.id]


def test_no_finding_means_no_line():
    assert fix_book([]).lines == fix_book([]).common == []


def test_the_same_steps_for_many_accounts_are_one_fix_that_names_none():
    from auditor.model import Desk, Disposition, Effort, Fix  # noqa: PLC0415 - used here alone

    def fix(upn, quoted, encoded):
        return Fix(
            "reset", "Reset the password", (f"Open {upn}.",), "Helpdesk", Desk.ENTRA, Effort.MINUTES,
            Disposition.LASTING, f"{upn} signs in.", upn,
            command=f"Update-MgUser -UserId '{quoted}'", link=f"https://portal.example/?u={encoded}",
        )  # fmt: skip

    one = Name("O'Neil@contoso.example").general(
        fix("o'neil@contoso.example", "o''neil@contoso.example", "o%27neil%40contoso.example")
    )
    other = Name("b@contoso.example").general(
        fix("b@contoso.example", "b@contoso.example", "b%40contoso.example")
    )
    assert one == other
    assert one.steps == ("Open <account>.",)
    assert one.group == "accounts of contoso.example"


def own_fix(make, account):
    return replace(
        make.fixes.role, group=account, title=f"Give {account} a role", verify=f"{account} reads a row."
    )


def needing(case, make, *accounts):
    """Return the tally of accounts that each need a fix of their own."""
    return fix_book(
        [
            case(account, make.finding("no-role", "No role", Severity.HIGH, "", (own_fix(make, account),)))
            for account in accounts
        ]
    )


def test_what_one_account_needs_in_several_cases_is_told_in_its_name(case, make):
    (line,) = needing(case, make, "Anna@contoso.example", "anna@contoso.example").lines
    assert line.fix == own_fix(make, "Anna@contoso.example")
    assert (line.accounts, line.names) == (1, ("Anna@contoso.example",))


def test_what_two_accounts_need_alike_is_told_in_nobodys_name(case, make):
    (line,) = needing(case, make, "a@contoso.example", "b@contoso.example", "a@contoso.example").lines
    assert line.fix.title == "Give <account> a role"
    assert line.fix.group == "accounts of contoso.example"
    assert (line.accounts, line.names) == (2, ("a@contoso.example", "b@contoso.example"))


def test_what_an_account_needs_in_a_second_place_stays_with_what_it_covers(case, make):
    fix = own_fix(make, "a@contoso.example")
    elsewhere = replace(fix, verify="a@contoso.example reads a row elsewhere.")
    findings = [make.finding("no-role", "No role", Severity.HIGH, "", (one,)) for one in (fix, elsewhere)]
    book = fix_book([case("a@contoso.example", finding) for finding in findings])
    assert [line.fix for line in book.lines] == [fix]
    assert book.places == [[book.places[0][0]]] * 2


def test_an_account_that_needs_a_fix_first_here_and_otherwise_there_counts_once(case, make):
    first = make.finding("one", "One", Severity.HIGH, "", (make.fixes.role, make.fixes.consent))
    other = make.finding("two", "Two", Severity.LOW, "", (make.fixes.consent, make.fixes.role))
    book = fix_book([case("a@contoso.example", first, other)])
    assert [(line.accounts, line.first_choice) for line in book.lines] == [(1, 1), (1, 1)]
    assert {kind.accounts for kind in book.common} == {1}
