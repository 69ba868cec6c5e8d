"""`auditor links`: the pages on which consent is given, made for the cases of a run or of an inventory."""

import json
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from auditor.cli import options
from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.cli.console import Screen
    from auditor.cli.setting import Choices
    from auditor.model import CaseResult, ConsentRow, LinkCheck, RunInfo
    from auditor.rulebook.book import Rulebook

_FORMATS = ("text", "json", "csv")
_SQLITE = b"SQLite format 3\x00"


class Found(NamedTuple):
    """What links are printed from; without a run nothing was asked of anybody."""

    rows: "list[ConsentRow]"
    run: "RunInfo | None"
    rulebook: "Rulebook"


def links(
    source: Annotated[
        str,
        typer.Argument(
            metavar="INVENTORY|RUN",
            show_default=False,
            help="A run of the audit, by file or id: its evidence says which link is needed. Or an inventory:"
            " then nothing is known yet.",
        ),
    ],
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            metavar="",
            help="Open each link without signing in, to see whether the app, its redirect URI or Dataverse is"
            " refused.",
        ),
    ] = False,
    form: Annotated[
        str, typer.Option("--format", metavar="text|json|csv", show_default=False, help="How to print them.")
    ] = "text",
    sheet: options.SHEET = None,
    mapping: options.MAPPING = None,
    skip_invalid: options.SKIP_INVALID = False,
    allow_plaintext: options.PLAINTEXT = False,
    config: options.CONFIG = None,
    rules: options.RULES = None,
    ledger: options.LEDGER = None,
    proxy: options.PROXY = None,
    ca_bundle: options.CA_BUNDLE = None,
) -> None:
    """Print the links on which consent is given: for one account, or by an administrator for everybody.

    Each with who may open it, what it grants and what it may replace. Nothing is asked of the network
    without --check, which names no account and signs nobody in. It ends with 4 where a link is refused or
    could not be opened.
    """
    from auditor.cli.audit import mapping_of  # noqa: PLC0415 - see cli.main: commands load what they need
    from auditor.cli.console import Screen  # noqa: PLC0415 - Rich is slow to import
    from auditor.cli.setting import Choices  # noqa: PLC0415 - reads the rules
    from auditor.inventory import ReadOptions  # noqa: PLC0415 - only where there is one

    if form not in _FORMATS:
        raise UsageError("--format takes text, json or csv", "for example --format csv")
    choices = Choices(
        reading=ReadOptions(sheet=sheet, mapping=mapping_of(mapping), allow_plaintext=allow_plaintext),
        config=config,
        rules=rules,
        proxy=proxy,
        ca_bundle=ca_bundle,
        skip_invalid=skip_invalid,
        ledger=ledger,
    )
    screen = Screen(quiet=form != "text")
    found = found_in(source, choices, screen)
    checks = checked(found, choices, screen) if check else {}
    printed(found, checks, form, screen)
    end(found, checks)


def found_in(source: str, choices: "Choices", screen: "Screen") -> Found:
    """Return the cases of a run file, judged by today's rules, or those of an inventory, unasked.

    Raises what reading a run or an inventory raises.
    """
    return _of_inventory(Path(source), choices, screen) if is_inventory(source) else _of_run(source, choices)


def is_inventory(source: str) -> bool:
    """Return whether this is a file, and no run file; whatever is no file is taken for a run's id."""
    try:
        with Path(source).open("rb") as stream:
            return stream.read(len(_SQLITE)) != _SQLITE
    except OSError:
        return False


def _of_inventory(path: Path, choices: "Choices", screen: "Screen") -> Found:
    from auditor.cli.setting import prepare  # noqa: PLC0415 - see above
    from auditor.rulebook.facts import build_estate  # noqa: PLC0415 - as above
    from auditor.rulebook.judge import Judge  # noqa: PLC0415 - as above

    prepared = prepare(path, choices, screen)
    cases = prepared.inventory.cases
    judge = Judge(prepared.rulebook, build_estate(cases))
    return Found(_rows(judge.result(case, ()) for case in cases), None, prepared.rulebook)


def _of_run(source: str, choices: "Choices") -> Found:
    from auditor.cli.runs import find_run  # noqa: PLC0415 - see above
    from auditor.journal import Journal  # noqa: PLC0415 - as above
    from auditor.rulebook.load import load_rulebook  # noqa: PLC0415 - as above
    from auditor.run.judged import judge  # noqa: PLC0415 - as above

    path, rulebook = find_run(source, choices.ledger), load_rulebook(choices.rules)
    with closing(judge(Journal.open(path), rulebook)) as audit:
        return Found(_rows(audit.results()), audit.run, rulebook)


def _rows(results: "Iterable[CaseResult]") -> "list[ConsentRow]":
    from auditor.model import Axis, ConsentRow  # noqa: PLC0415 - see above

    return [
        ConsentRow(result.case, result.verdicts[Axis.CONSENT], result.consent)
        for result in results
        if result.consent is not None
    ]


def checked(found: Found, choices: "Choices", screen: "Screen") -> "dict[str, LinkCheck]":
    """Return what opening each link showed, by link without an account."""
    from auditor.cli.setting import proxy_of  # noqa: PLC0415 - see above
    from auditor.config import load_config  # noqa: PLC0415 - as above
    from auditor.network import Door, DoorSettings  # noqa: PLC0415 - requests is slow to import
    from auditor.run.link_checks import check_links  # noqa: PLC0415 - as above

    config = load_config(choices.config)
    proxy = proxy_of(choices.proxy) if choices.proxy is not None else config.proxy
    settings = DoorSettings(proxy=proxy, ca_bundle=choices.ca_bundle or config.ca_bundle)
    with closing(Door(settings)) as door, screen.progress() as progress:
        return check_links(found.rows, door, found.rulebook, progress)


def printed(found: Found, checks: "dict[str, LinkCheck]", form: str, screen: "Screen") -> None:
    """Print links in a form."""
    from auditor.cli.links_text import lines_of  # noqa: PLC0415 - see above
    from auditor.writers.consent_texts import load_consent_texts  # noqa: PLC0415 - as above
    from auditor.writers.links_v1 import links_csv, links_v1  # noqa: PLC0415 - as above

    texts = load_consent_texts()
    if form == "json":
        typer.echo(json.dumps(links_v1(found.rows, found.run, checks, texts), indent=2, ensure_ascii=False))
    elif form == "csv":
        for line in links_csv(found.rows, checks, texts):
            sys.stdout.write(line)
    else:
        for line in lines_of(found.rows, found.run, checks, texts):
            screen.result(line)


def end(found: Found, checks: "dict[str, LinkCheck]") -> None:
    """End with the exit code: 3 where there is no case, 4 where a link leads nowhere or nobody could look."""
    from auditor.exit_codes import INCOMPLETE, NOTHING  # noqa: PLC0415 - brings the whole model
    from auditor.model import LinkState  # noqa: PLC0415 - as above

    if not found.rows:
        sys.stderr.write("there is no case to print links for\n")
        raise typer.Exit(NOTHING)
    if any(one.state is not LinkState.NOT_TOLD for one in checks.values()):
        raise typer.Exit(INCOMPLETE)
