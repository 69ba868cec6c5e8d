"""The errors a user can meet, one class per stage, each with advice.

    AuditorError
    ├── UsageError        options that contradict one another            exit 2
    ├── ConfigError       auditor.toml                                   exit 2
    ├── InventoryError    the inventory cannot be read or has bad rows   exit 2
    ├── RulesError        rules/ does not load                           exit 2
    ├── NothingToAudit    an inventory without a case                    exit 3
    ├── WaiversError      the list of waivers cannot be read             exit 2
    ├── BaselineError     an earlier report cannot be compared with      exit 2
    ├── PreviousError     an earlier workbook cannot be read             exit 2
    ├── ExportError       an export of a directory cannot be read        exit 2
    ├── ScopeError        nobody agreed to the tenants in scope          exit 2
    ├── SecretError       a credential reference does not resolve        (one account)
    ├── NetworkError      no usable reply, and whether a secret had left (one answer)
    ├── JournalError      the run file                                   exit 1
    │   └── NotARunFile   no run file, or one of another version         exit 2
    ├── LedgerError       the attempt ledger                             exit 1
    │   ├── NotALedger    no ledger, or one of another version           exit 2
    │   └── HeldElsewhere another run was refused, or is sending, now    (one account)
    ├── DirectoryError    no administrator signed in, or was let read    exit 4
    ├── ReportError       the report cannot be written                   exit 1
    └── LabError          a world or the simulated cloud                 exit 2

They are caught once, in `auditor.cli.main`; what is not one of them is a bug and shows a traceback.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.model import Failure


class AuditorError(Exception):
    """An error with a sentence for the user and advice on what to do about it."""

    exit_code = 1

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


def told(error: OSError) -> str:
    """Return what the operating system says of an error, as part of a sentence."""
    return (error.strerror or "it cannot be opened").lower()


class UsageError(AuditorError):
    """Options that cannot be followed."""

    exit_code = 2


class ConfigError(AuditorError):
    """`auditor.toml` cannot be read or says something unknown."""

    exit_code = 2


class InventoryError(AuditorError):
    """The inventory cannot be read, or has rows that cannot be audited."""

    exit_code = 2


class RulesError(AuditorError):
    """A file in `rules/` or `reports/` is not what it has to be."""

    exit_code = 2


class ExportError(AuditorError):
    """An export of a directory is not there, or holds nothing that can be read."""

    exit_code = 2


class WaiversError(AuditorError):
    """The list of waivers cannot be read, or says something unknown."""

    exit_code = 2


class BaselineError(AuditorError):
    """What was given as an earlier audit is none, or cannot be read."""

    exit_code = 2


class PreviousError(AuditorError):
    """What was given as an earlier workbook is none of ours, or cannot be read."""

    exit_code = 2


class ScopeError(AuditorError):
    """Nobody agreed to the tenants and hosts that would be signed in to."""

    exit_code = 2


class NothingToAudit(AuditorError):  # noqa: N818 - reads as the condition it is
    """The inventory holds no case to audit."""

    exit_code = 3


class SecretError(AuditorError):
    """A credential reference does not resolve. Never holds the reference or its value."""


class NetworkError(AuditorError):
    """No usable reply to one request: why, from which host, and whether a secret had begun to leave."""

    def __init__(self, failure: "Failure", host: str, detail: str = "", *, sent: bool = False) -> None:
        super().__init__(f"{host}: {failure}" + (f" ({detail})" if detail else ""))
        self.failure = failure
        self.host = host
        self.detail = detail
        self.sent = sent


class JournalError(AuditorError):
    """The run file cannot be written or read."""


class NotARunFile(JournalError):  # noqa: N818 - reads as the condition it is
    """What was given as a run file is none, or is of another version."""

    exit_code = 2


class LedgerError(AuditorError):
    """The attempt ledger cannot be written or read."""


class NotALedger(LedgerError):  # noqa: N818 - reads as the condition it is
    """What was given as an attempt ledger is none, or is of another version."""

    exit_code = 2


class HeldElsewhere(LedgerError):  # noqa: N818 - reads as the condition it is
    """Another run is sending this account's password now, or was refused since this one looked."""


class DirectoryError(AuditorError):
    """No administrator signed in, so that a directory could not be read."""

    exit_code = 4


class ReportError(AuditorError):
    """A report cannot be written."""


class LabError(AuditorError):
    """A world file is wrong, or the simulated cloud cannot start."""

    exit_code = 2
