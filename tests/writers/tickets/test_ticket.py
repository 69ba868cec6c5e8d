"""Which findings are open work, and what a ticket says of them."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from auditor.model import Changed, ChangeKind, FindingKey, Severity, Status, Tracked
from auditor.writers.tables import findings
from auditor.writers.texts import load_texts
from auditor.writers.tickets import texts
from auditor.writers.tickets.ticket import LONGEST_SUMMARY, TicketMaker, needs_ticket
from tests.judged_cases import ACCEPTED, finding


@pytest.fixture
def maker(audit):
    return TicketMaker(audit.run)


@pytest.fixture
def tickets(audit, terms):
    """Return a function that makes the tickets of the gravest case, its first finding changed."""

    def make(comparison=None, title=None, **tracked):
        case = next(one for one in audit.cases if len(one.findings) > 1)
        words = Tracked(**tracked) if tracked else None
        first = replace(case.findings[0], tracked=words, title=title or case.findings[0].title)
        changed = replace(case, findings=(first, *case.findings[1:]))
        return changed, list(TicketMaker(audit.run, terms(comparison=comparison)).of(changed))

    return make


@pytest.mark.parametrize(
    ("one", "needed"),
    [
        (finding("x"), True),
        (finding("x", Severity.LOW), True),
        (finding("x", unanswered=True), True),
        (finding("x", tracked=Tracked(Status.OPEN, "Dana")), True),
        (finding("x", tracked=Tracked(lapsed=date(2026, 11, 1))), True),
        (finding("x", tracked=Tracked(Status.IN_PROGRESS)), True),
        (finding("x", tracked=Tracked(Status.DONE)), True),
        (finding("x", unanswered=True, tracked=Tracked(Status.DONE)), False),
        (finding("x", tracked=Tracked(Status.ACCEPTED)), False),
        (finding("x", tracked=Tracked(Status.NOT_OURS)), False),
        (finding("x", waived=ACCEPTED), False),
        (finding("x", waived=ACCEPTED, tracked=Tracked(Status.IN_PROGRESS)), False),
        (finding("x", Severity.INFO), False),
        (finding("x", Severity.INFO, tracked=Tracked(Status.DONE)), False),
    ],
)
def test_open_work_is_what_is_worked_on_and_what_only_seems_done(one, needed):
    assert needs_ticket(one) is needed


def test_every_open_finding_of_the_audit_has_one_ticket_and_no_other(audit, maker):
    made = [ticket for case in audit.cases for ticket in maker.of(case)]
    wanted = [
        FindingKey(case.case.key, one.rule).digest()
        for case in audit.cases
        for one in case.findings
        if one.severity != "info" and one.waived is None
    ]
    assert [ticket.labels[1] for ticket in made] == [f"auditor-{key}" for key in wanted]
    assert len(wanted) > 5


def test_a_ticket_says_what_the_row_of_the_finding_says_under_the_same_names(tickets):
    case, (ticket, *_) = tickets()
    said = {part.heading: part.text for part in ticket.parts}
    assert ticket.summary == (
        "MFA blocks the password grant: ext.portal@contoso.example, Resco external projects,"
        " contoso-sales.crm4.dynamics.com"
    )
    assert said["What is seen"] == case.findings[0].what
    assert said["Fix"] == "Create an application user for the integration"
    assert said["Steps"].startswith("1. Register the app with a certificate.\n2. ")
    assert said["Severity"] == "blocker"
    assert said["Rule"] == "mfa-blocks-password-grant"
    assert not set(said) & {"Status", "Owner", "Due", "Comment", "Link", "Key", "See"}
    assert ticket.footer.endswith(FindingKey(case.case.key, case.findings[0].rule).digest())


def test_what_people_wrote_is_in_the_ticket_and_an_owner_with_an_address_is_assigned(tickets):
    _, (ticket, *_) = tickets(status=Status.IN_PROGRESS, owner="dana@contoso.example", due=date(2027, 3, 31),
                              comment="waits for the vendor")  # fmt: skip
    said = {part.heading: part.text for part in ticket.parts}
    assert (said["Status"], said["Owner"], said["Due"]) == (
        "In progress",
        "dana@contoso.example",
        "2027-03-31",
    )
    assert said["Comment"] == "waits for the vendor"
    assert (ticket.assignee, ticket.due) == ("dana@contoso.example", "2027-03-31")


@pytest.mark.parametrize(
    "owner", ["Dana", "=dana@contoso.example", "Dana <dana@contoso.example>", "@dana", "-a@b.cd"]
)
def test_an_owner_that_is_no_address_is_told_and_not_assigned(tickets, owner):
    _, (ticket, *_) = tickets(owner=owner, due="in spring")
    said = {part.heading: part.text for part in ticket.parts}
    assert (ticket.assignee, ticket.due, said["Owner"], said["Due"]) == ("", "", owner, "in spring")


def test_what_seems_done_and_what_was_accepted_for_too_long_is_said_first(tickets):
    _, (claimed, *_) = tickets(status=Status.DONE)
    assert claimed.remarks[1:] == ("Somebody marked this as done, and it still fails.",)
    _, (lapsed, *_) = tickets(lapsed=date(2026, 11, 1))
    assert lapsed.remarks[1:] == ("The risk was accepted until 2026-11-01. That day has passed.",)


def test_a_ticket_of_a_simulated_run_says_so_first(tickets, audit):
    _, (ticket, *_) = tickets()
    assert audit.run.simulated
    assert ticket.remarks == (load_texts().footer_simulated,)
    case = next(one for one in audit.cases if one.findings and needs_ticket(one.findings[0]))
    real = TicketMaker(replace(audit.run, simulated=False))
    assert next(real.of(case)).remarks == ()


def test_what_became_of_a_finding_since_the_baseline_is_a_label(tickets):
    def of(case):
        keys = (case.case.key, "Mobile")
        told = (ChangeKind.REGRESSED, case.findings[0].rule), (ChangeKind.FIXED, "gone")
        return tuple(Changed(kind, *keys, rule, "", "", "") for kind, rule in told)

    _, made = tickets(comparison=SimpleNamespace(of=of))
    assert [len(one.labels) for one in made] == [4, *[3] * (len(made) - 1)]
    assert made[0].labels[2:] == ("mfa-blocks-password-grant", "auditor-regressed")
    assert not any(" " in label for one in made for label in one.labels)


def test_a_summary_is_one_line_of_limited_length(tickets):
    _, (ticket, *_) = tickets(title="MFA\nblocks\x07 " + "everything " * 60)
    assert len(ticket.summary) <= LONGEST_SUMMARY
    assert ticket.summary.startswith("MFA blocks\u2407 everything")
    assert ticket.summary.endswith("\u2026")
    _, (faces, *_) = tickets(title="\U0001f600" * 200)
    assert len(faces.summary.encode("utf-16-le")) <= 2 * LONGEST_SUMMARY
    assert set(faces.summary) == {"\U0001f600", "\u2026"}


def test_everything_that_a_ticket_says_is_a_column_of_the_findings():
    shipped = texts.load_ticket_texts()
    assert set(shipped.parts) | set(shipped.written) <= set(findings.COLUMNS)


@pytest.mark.parametrize(
    ("table", "word", "said"),
    [("labels", "new", "a label for each kind"), ("jira", "high", "a priority for each severity")],
)
def test_a_kind_or_severity_without_a_word_is_named(table, word, said):
    shipped = texts.load_ticket_texts().model_dump(mode="json")
    inner = "kinds" if table == "labels" else "priorities"
    del shipped[table][inner][word]
    with pytest.raises(ValueError, match=said):
        texts.TicketTexts.model_validate(shipped)
