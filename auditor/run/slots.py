"""The evidence slots of a case: what stands in them where nobody asked, and Dataverse's word."""

from typing import Protocol

from auditor.model import Case, Evidence, Expected, Question, Refusal, Why
from auditor.model import evidence as about
from auditor.probes.dataverse import Table, ask_table, ask_whoami
from auditor.probes.interface import Outlook
from auditor.secrets import Secret


class Notebook(Protocol):
    """Where evidence goes: what an attempt was spent on is on disk at once, the rest soon."""

    def record(self, evidence: Evidence) -> None:
        """Keep evidence; that of a password is on disk when this returns."""
        ...

    def note(self, evidence: Evidence) -> None:
        """Keep evidence that costs nothing to see again."""
        ...


def not_asked(outlook: Outlook, case: Case, refusal: Refusal) -> list[Evidence]:
    """Return the empty slots of a case whose own sign-in was not made.

    Where an application is expected that sign-in is the application's. Its password slot comes last: with it
    a case counts as reached.
    """
    subject = about.case(case.key)
    if case.expected is not Expected.APPLICATION:
        unasked = outlook.could_not_look(subject, Question.PASSWORD, refusal.why, refusal.detail)
        return [unasked, *unasked_dataverse(outlook, case)]
    unasked = outlook.could_not_look(subject, Question.APP_SIGN_IN, refusal.why, refusal.detail)
    return [unasked, *unasked_dataverse(outlook, case), no_password(outlook, case, refusal.why)]


def no_password(outlook: Outlook, case: Case, why: Why = Why.APPLICATION_EXPECTED) -> Evidence:
    """Return the password slot of a case that expects an application: nobody asks for one.

    Interrupted it says so: going on, or another run, may still reach the case.
    """
    reason = why if why is Why.INTERRUPTED else Why.APPLICATION_EXPECTED
    return outlook.could_not_look(about.case(case.key), Question.PASSWORD, reason)


def unasked_dataverse(outlook: Outlook, case: Case) -> list[Evidence]:
    """Return the slots of what only a token can ask."""
    subject = about.case(case.key)
    return [
        outlook.could_not_look(subject, question, Why.NO_TOKEN)
        for question in (Question.WHOAMI, Question.TABLE)
    ]


def ask_dataverse(
    outlook: Outlook, sink: Notebook, case: Case, token: Secret | None, table: Table | None
) -> None:
    """Ask Dataverse with the token, which ends with this call; without one, record that nobody asked."""
    if token is None:
        for evidence in unasked_dataverse(outlook, case):
            sink.record(evidence)
        return
    member = ask_whoami(outlook, case, token)
    sink.record(member)
    if table is not None and member.answer.success:
        sink.record(ask_table(outlook, case, token, table))
    else:
        reason = "no table was asked for" if table is None else "WhoAmI was refused"
        sink.record(outlook.could_not_look(about.case(case.key), Question.TABLE, Why.NOT_ASKED, reason))
