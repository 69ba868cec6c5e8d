"""What tickets say, and under which headers each system takes it, from `reports/tickets.yaml`."""

from pydantic import Field, field_validator

from auditor.edges import Edge
from auditor.model import ChangeKind, Severity
from auditor.resources import shipped_yaml

_OF_AN_EARLIER_RUN = frozenset({ChangeKind.FIXED, ChangeKind.UNTOLD})


class LabelTexts(Edge):
    """By which labels tickets are found: all of ours, the one of a finding, and what became of it."""

    all: str
    one: str
    kinds: dict[ChangeKind, str]

    @field_validator("kinds")
    @classmethod
    def _every_kind(cls, given: dict[ChangeKind, str]) -> dict[ChangeKind, str]:
        if set(given) != set(ChangeKind) - _OF_AN_EARLIER_RUN:
            raise ValueError("a label for each kind that a finding of this run can be of, and no other")
        return given


class SystemTexts(Edge):
    """How one system calls things: the type of all tickets, its priorities, the headers of its columns."""

    type: str
    priorities: dict[Severity, str]
    columns: dict[str, str] = Field(min_length=1)

    @field_validator("priorities")
    @classmethod
    def _every_severity(cls, given: dict[Severity, str]) -> dict[Severity, str]:
        if set(given) != set(Severity) - {Severity.INFO}:
            raise ValueError("a priority for each severity but that of remarks")
        return given


class TicketTexts(Edge):
    """The phrases. `parts` and `written` are columns of the findings with the headings they have here."""

    summary: str
    parts: dict[str, str] = Field(min_length=1)
    written: dict[str, str]
    claimed: str
    lapsed: str
    unsure: str
    made_by: str
    labels: LabelTexts
    jira: SystemTexts
    azure_devops: SystemTexts


def load_ticket_texts() -> TicketTexts:
    """Return `reports/tickets.yaml`; raises RulesError with every problem in it."""
    return shipped_yaml(TicketTexts, "reports", "tickets.yaml")
