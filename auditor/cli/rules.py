"""`auditor rules`: the catalogue of findings, fixes and answers, to read and to check."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli import options
from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import AppProfile
    from auditor.rulebook.book import Outcome, Rulebook


def group() -> typer.Typer:
    """Return the group of commands."""
    app = typer.Typer(no_args_is_help=True, help="The catalogue: findings, fixes, outcomes and apps.")
    app.command("list")(list_rules)
    app.command("show")(show)
    app.command("check")(check)
    app.command("docs")(docs)
    return app


def list_rules(rules: options.RULES = None) -> None:
    """List the findings: how grave, what condition, under which id."""
    book = _book(rules)
    width = max(len(rule.id) for rule in book.findings)
    for rule in book.findings:
        grave = "/".join(dict.fromkeys(line.severity.value for line in rule.severity))
        typer.echo(f"{rule.id:<{width}}  {grave:<12}  {rule.title}")


def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID", show_default=False, help="Id of a finding or fix, an outcome, an app, or a code."
        ),
    ],
    rules: options.RULES = None,
) -> None:
    """Show one finding or fix with everything it says, or what an outcome, an app or a code means."""
    typer.echo("\n".join(_entry(_book(rules), name.strip())))


def check(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", show_default=False, help="Folder of rules of your own.")
    ],
) -> None:
    """Check a folder of rules on top of the shipped ones; every problem names file and key."""
    book = _book(folder)
    typer.echo(
        f"{folder}: good; with the shipped rules {len(book.findings)} findings, {len(book.fixes)} fixes, "
        f"{len(book.outcomes)} outcomes, {len(book.apps)} apps"
    )


def docs(rules: options.RULES = None) -> None:
    """Print the whole catalogue as a page (docs/findings.md is made like this)."""
    from auditor.rulebook.pages import catalogue  # noqa: PLC0415 - only here

    typer.echo(catalogue(_book(rules)), nl=False)


def _book(folder: Path | None) -> "Rulebook":
    from auditor.rulebook.load import load_rulebook  # noqa: PLC0415 - reads all rules

    return load_rulebook(folder)


def _entry(book: "Rulebook", name: str) -> "Iterator[str]":
    from auditor.rulebook.pages import finding_entry, fix_entry  # noqa: PLC0415 - only here

    findings = {rule.id: rule for rule in book.findings}
    if name in findings:
        yield finding_entry(book, findings[name])
    elif name in book.fixes:
        yield fix_entry(book, book.fixes[name])
    elif name in book.outcomes:
        yield from _outcome(book.outcomes[name])
    elif name.lower() in book.apps:
        yield from _app(book.apps[name.lower()])
    elif any(letter.isdigit() for letter in name):
        from auditor.cli.explain import lines_of  # noqa: PLC0415 - only for codes

        yield from lines_of(book, name)
    else:
        raise UsageError(f"there is no {name}", "auditor rules list names the findings")


def _outcome(outcome: "Outcome") -> "Iterator[str]":
    yield f"{outcome.name}: {outcome.label}"
    yield outcome.meaning
    yield f"Says of the password: {outcome.mark.value}."
    if outcome.says:
        yield "Settles: " + ", ".join(f"{fact} = {value}" for fact, value in outcome.says.items())
    if outcome.hides:
        yield "Hides: " + ", ".join(outcome.hides)


def _app(app: "AppProfile") -> "Iterator[str]":
    yield f"{app.name}: {app.title}"
    yield f"Client id: {app.client_id or 'your own'} ({app.client_id_sure})"
    yield "Grants: " + ", ".join(f"{grant} ({sure})" for grant, sure in app.grants.items())
    yield f"Signs in from: {app.signs_in_from}"
    yield f"Redirect URI: {app.redirect_uri or 'not known'} ({app.redirect_uri_sure})"
    if app.notes:
        yield app.notes
    yield from (f"Source: {source}" for source in app.sources)
