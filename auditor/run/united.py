"""What several runs are together: one header for their joined run file, and what is missing from it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from auditor.errors import UsageError
from auditor.journal import Header
from auditor.model import RunInfo, Vantage
from auditor.run.shards import COMPARED, CUT_FROM, SHARD, Shard, parse_shard

MERGED = "merged runs"
_SHARDS_OF, _VERSIONS_OF, _WHOLE = "shards of ", "versions of ", "whole"


@dataclass(frozen=True, slots=True)
class Part:
    """A run to unite with others: its file and its header."""

    path: Path
    header: Header


@dataclass(frozen=True, slots=True)
class United:
    """The runs in the order in which they began, their header, their inventories in the order given."""

    header: Header
    parts: tuple[Part, ...]
    inventories: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(slots=True)
class _Coverage:
    """Which parts of one inventory there are. `whole` says that a run was no shard of it."""

    whole: bool = False
    shards: dict[int, list[int]] = field(default_factory=dict)
    versions: dict[str, None] = field(default_factory=dict)

    def add(self, shard: Shard) -> None:
        self.shards.setdefault(shard.count, []).append(shard.number)

    def missing(self, source: str) -> list[str]:
        """Return what is not there, a sentence each; of several ways to cut, the one that lacks least."""
        lacking = (
            [f"shard {number}/{count} of {source}" for number in range(1, count + 1) if number not in numbers]
            for count, numbers in self.shards.items()
        )
        found = [] if self.whole else min(lacking, key=len, default=[])
        if len(self.versions) > 1 and not self.whole:
            found.append(
                f"the shards were cut from different versions of {source}: an account may be in none"
            )
        return found

    def twice(self, source: str) -> list[str]:
        return [
            f"shard {number}/{count} of {source} is there {numbers.count(number)} times"
            for count, numbers in self.shards.items()
            for number in sorted(set(numbers))
            if numbers.count(number) > 1
        ]

    def settings(self, source: str) -> dict[str, str]:
        """Return it as a run file's settings keep it."""
        shards = [f"{number}/{count}" for count, numbers in self.shards.items() for number in sorted(numbers)]
        said = " ".join([_WHOLE] * self.whole + shards)
        return {_SHARDS_OF + source: said} | (
            {_VERSIONS_OF + source: " ".join(self.versions)} if self.versions else {}
        )


def united(parts: Sequence[Part], new: RunInfo) -> United:
    """Return what the runs are together; `new` gives the new run's id, and the version that made it.

    A later run's word wins over an earlier one's, whatever the order in which they were given. Raises
    UsageError for what does not belong together: the same run twice, simulated runs among others.
    """
    _fit(parts)
    covered = _coverage(parts)
    missing = [line for source, coverage in covered.items() for line in coverage.missing(source)]
    twice = [line for source, coverage in covered.items() for line in coverage.twice(source)]
    in_time = sorted(parts, key=lambda part: part.header.run.started)
    run = _run(in_time, replace(new, source=", ".join(covered), missing=tuple(missing)))
    return United(
        Header(run, _settings(in_time, covered)),
        tuple(in_time),
        tuple(covered),
        (*(f"missing: {line}" for line in missing), *twice),
    )


def _fit(parts: Sequence[Part]) -> None:
    seen: dict[str, Part] = {}
    for part in parts:
        run = part.header.run
        if run.id in seen:
            raise UsageError(
                f"{seen[run.id].path.name} and {part.path.name} are the same run", "give each run once"
            )
        if run.simulated is not parts[0].header.run.simulated:
            raise UsageError(
                f"of {parts[0].path.name} and {part.path.name} one is simulated and one is real",
                "report them apart",
            )
        seen[run.id] = part


def _coverage(parts: Iterable[Part]) -> dict[str, _Coverage]:
    found: dict[str, _Coverage] = {}
    for part in parts:
        for source, said, versions in _said(part):
            coverage = found.setdefault(source, _Coverage())
            coverage.versions |= dict.fromkeys(versions.split())
            for word in said.split():
                if word == _WHOLE:
                    coverage.whole = True
                else:
                    coverage.add(parse_shard(word))
    return found


def _said(part: Part) -> Iterator[tuple[str, str, str]]:
    """Yield inventory, its shards and its versions, as a run's settings say; a merged run has several."""
    settings = part.header.settings
    sources = [name.removeprefix(_SHARDS_OF) for name in settings if name.startswith(_SHARDS_OF)]
    if not sources:
        yield part.header.run.source, settings.get(SHARD, _WHOLE), settings.get(CUT_FROM, "")
    for source in sources:
        yield source, settings[_SHARDS_OF + source], settings.get(_VERSIONS_OF + source, "")


def _run(parts: Sequence[Part], new: RunInfo) -> RunInfo:
    runs = [part.header.run for part in parts]
    ends = [run.ended for run in runs if run.ended is not None]
    return replace(
        new,
        started=min(run.started for run in runs),
        ended=max(ends) if len(ends) == len(runs) else None,
        mode="; ".join(dict.fromkeys(run.mode for run in runs)),
        vantage=Vantage(
            _listed(run.vantage.label for run in runs), _listed(run.vantage.address for run in runs)
        ),
        simulated=runs[0].simulated,
        scope_tenants=_tenants(name for run in runs for name in run.scope_tenants),
        scope_hosts=tuple(sorted({name for run in runs for name in run.scope_hosts})),
        stopped=tuple(_stops(parts)),
        interrupted=any(run.interrupted for run in runs),
    )


def _tenants(named: Iterable[str]) -> tuple[str, ...]:
    """Return the tenants each once: `domain, domain (id)`, with the domains that any run knew."""
    domains: dict[str, set[str]] = {}
    for text in named:
        names, _, tenant = text.rpartition(" (")
        domains.setdefault(tenant, set()).update(names.split(", "))
    return tuple(sorted(f"{', '.join(sorted(names))} ({tenant}" for tenant, names in domains.items()))


def _stops(parts: Sequence[Part]) -> Iterator[str]:
    """Yield what was stopped, and in which run where there are several."""
    for part in parts:
        shard = part.header.settings.get(SHARD)
        where = f"shard {shard}" if shard else f"run {part.header.run.id}"
        for why in part.header.run.stopped:
            yield f"{where}: {why}" if len(parts) > 1 else why


def _settings(parts: Sequence[Part], covered: Mapping[str, _Coverage]) -> dict[str, str]:
    own = {SHARD, CUT_FROM, COMPARED, MERGED}
    names = dict.fromkeys(name for part in parts for name in part.header.settings)
    settings = {
        name: " | ".join(dict.fromkeys(part.header.settings.get(name, "not said") for part in parts))
        for name in names
        if name not in own and not name.startswith((_SHARDS_OF, _VERSIONS_OF))
    }
    for source, coverage in covered.items():
        settings |= coverage.settings(source)
    compared = "within each run only" if len(parts) > 1 else parts[0].header.settings.get(COMPARED, "")
    settings[MERGED] = _listed(part.header.run.id for part in parts)
    return settings | ({COMPARED: compared} if compared else {})


def _listed(words: Iterable[str]) -> str:
    return ", ".join(word for word in dict.fromkeys(words) if word)
