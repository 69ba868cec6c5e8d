"""What a report writer is, and what it is told beside the audit."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from auditor.model import Audit, Demand, RuleHelp


@dataclass(frozen=True, slots=True)
class Terms:
    """What formats for machines are written under.

    `demand` knows what is red; `rule_help` says of a rule's id what it says of any case, None where it is not
    known; `gaps_fail` makes an error of a question without an answer, else it is skipped; `folder` is the
    inventory's, from the top of its repository, with slashes, "" for the top itself.
    """

    demand: "Demand"
    rule_help: "Callable[[str], RuleHelp | None]"
    gaps_fail: bool = True
    folder: str = ""


class Writer(Protocol):
    """Writes one format of a judged run. Takes the results as a stream and never holds them as a list."""

    @property
    def suffix(self) -> str:
        """Return the file suffix with its dot."""
        ...

    def write(self, audit: "Audit", target: "Path") -> None:
        """Write the report in one step: afterwards the target is whole and new, or as it was.

        Raises ReportError when the target cannot be written.
        """
        ...
