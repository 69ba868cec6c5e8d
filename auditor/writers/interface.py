"""What a report writer is, and what it is told beside the audit."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from auditor.model import Brand

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from auditor.model import Audit, Comparison, Demand, FollowUp, RuleHelp


@dataclass(frozen=True, slots=True)
class Terms:
    """What reports are written under.

    `demand` knows what is red; `rule_help` says of a rule's id what it says of any case, None where it is not
    known; `gaps_fail` makes an error of a question without an answer, else it is skipped; `folder` is the
    inventory's, from the top of its repository, with slashes, "" for the top itself.
    `asked` says what the run was asked to hold to, a sentence each.
    `follow_up` is an earlier workbook and `comparison` an earlier run, None where none was named.
    """

    demand: "Demand"
    rule_help: "Callable[[str], RuleHelp | None]"
    gaps_fail: bool = True
    folder: str = ""
    asked: tuple[str, ...] = ()
    brand: Brand = field(default_factory=Brand)
    follow_up: "FollowUp | None" = None
    comparison: "Comparison | None" = None


class Writer(Protocol):
    """Writes one format of a judged run. Takes the results as a stream and never holds them as a list."""

    @property
    def suffix(self) -> str:
        """Return the file suffix with its dot."""
        ...

    def write(self, audit: "Audit", target: "Path") -> "tuple[Path, ...] | None":
        """Write the report in one step: afterwards the target is whole and new, or as it was.

        Returns the files where a format makes several, the target first. Raises ReportError when the target
        cannot be written.
        """
        ...
