"""The exit codes: one table, one function (README, "Exit codes").

| code | meaning                                                                                       |
|------|-----------------------------------------------------------------------------------------------|
| 0    | clean                                                                                         |
| 1    | the tool failed                                                                               |
| 2    | usage, unreadable inventory or rules                                                          |
| 3    | nothing to audit                                                                              |
| 4    | incomplete: breaker, interruption, missing shard, nothing reached, or an unanswered contract  |
| 10   | a contract is broken, or there are findings at or above `--fail-on`                           |

Precedence 2, 3, 1, 10, 4; where 10 and 4 both hold, both are printed.
"""

from auditor.model import Audit, Contract, Severity, Why

CLEAN, FAILED, USAGE, NOTHING, INCOMPLETE, BROKEN = 0, 1, 2, 3, 4, 10


def verdict_of(
    audit: Audit, *, contract: bool = False, fail_on: Severity | None = None
) -> tuple[int, list[str]]:
    """Return the exit code of a finished audit and the sentences that explain it, the gravest first."""
    broken = _broken(audit, contract=contract, fail_on=fail_on)
    incomplete = _incomplete(audit, contract=contract, fail_on=fail_on)
    if broken:
        return BROKEN, broken + incomplete
    return (INCOMPLETE, incomplete) if incomplete else (CLEAN, [])


def _broken(audit: Audit, *, contract: bool, fail_on: Severity | None) -> list[str]:
    summary, lines = audit.summary, []
    if contract and (count := summary.contracts.get(Contract.BROKEN, 0)):
        lines.append(f"contract broken for {_cases(count)}")
    if fail_on is not None:
        at_least = [s for s in Severity if s.rank <= fail_on.rank]
        if count := sum(summary.findings.get(severity, 0) for severity in at_least):
            lines.append(f"{count} findings of severity {fail_on} or worse")
    return lines


def _incomplete(audit: Audit, *, contract: bool, fail_on: Severity | None) -> list[str]:
    lines = [f"missing: {part}" for part in audit.run.missing]
    lines += [f"stopped by the breaker: {why}" for why in audit.run.stopped]
    if audit.run.interrupted:
        count = audit.summary.unasked.get(Why.INTERRUPTED, 0)
        lines.append(
            f"interrupted: {_cases(count)} not reached, {audit.run.submissions} passwords were sent;"
            " --resume goes on"
        )
    if audit.summary.unreached and audit.summary.unreached == audit.summary.cases - audit.summary.skipped:
        lines.append("nothing could be reached: see the network, --proxy and --ca-bundle")
    if contract and (count := audit.summary.unanswered):
        lines.append(f"contract unanswered for {_cases(count)}")
    if fail_on is not None and (count := audit.summary.undecided):
        lines.append(f"could not tell for {_cases(count)}")
    return lines


def _cases(count: int) -> str:
    return f"{count} case" if count == 1 else f"{count} cases"
