"""`auditor explain`: what a pasted answer means, offline and at once."""

import json
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auditor.cli import options
from auditor.cli.harmless import harmless
from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditor.model import Kind
    from auditor.rulebook.advice import Adviser
    from auditor.rulebook.book import Rulebook
    from auditor.rulebook.explain import Explanation

_WIDTH = 78


def explain(
    answer: Annotated[
        str | None,
        typer.Argument(
            metavar="[ANSWER]",
            show_default=False,
            help="What was answered, as pasted, or a bare number; without it standard input is read.",
        ),
    ] = None,
    jsonl: Annotated[
        Path | None,
        typer.Option("--jsonl", metavar="FILE", help="Answers, one object a line: `raw`, `id`, `context`."),
    ] = None,
    output: Annotated[
        str, typer.Option("--format", metavar="text|json", show_default=False, help="How to print (text).")
    ] = "text",
    flow: Annotated[
        str,
        typer.Option(
            "--flow",
            metavar="NAME",
            show_default=False,
            help="Where it came from: ropc, refresh, device-code, auth-code, client-credentials.",
        ),
    ] = "",
    realm: Annotated[
        str,
        typer.Option("--realm", metavar="NAME", show_default=False, help="managed, federated or personal."),
    ] = "",
    rules: options.RULES = None,
) -> None:
    """Say what an answer of Entra ID, AD FS or Dataverse means, and what to do about it.

    Nothing is asked of the network. A code says something of a password only where the answer is known to
    have followed one: --flow ropc.
    """
    from auditor.rulebook.load import load_rulebook  # noqa: PLC0415 - reads all rules

    if output not in {"text", "json"}:
        raise UsageError("--format takes text or json", "json prints one object a line")
    context = {name: value for name, value in (("flow", flow), ("realm", realm)) if value}
    book = load_rulebook(rules)
    bad: list[str] = []
    items = _of_file(jsonl, context, bad) if jsonl else iter([(_given(answer), context, None)])
    adviser = _adviser(book) if output == "text" else None
    for raw, known, name in items:
        explanation = _explained(book, raw, known, name)
        for line in _text(adviser, explanation) if adviser else [_json(explanation)]:
            typer.echo(harmless(line) if adviser else line)
    if bad:
        raise UsageError("\n".join(bad), "each line is an object with `raw`, and optionally `id`, `context`")


def _given(answer: str | None) -> str:
    if answer is not None and answer != "-":
        return answer
    if sys.stdin.isatty():
        raise UsageError("there is nothing to explain", 'auditor explain "AADSTS50076: ..." or piped text')
    return sys.stdin.buffer.read().decode("utf-8", "replace")


def _of_file(
    path: Path, context: "Mapping[str, str]", bad: list[str]
) -> "Iterator[tuple[str, Mapping[str, str], str | None]]":
    """Yield (raw, context, id) of each line; lines that are none go to `bad`, and the others still come."""
    try:
        stream = path.open(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise UsageError(f"{path.name} cannot be read ({error.strerror})", "--jsonl takes a file") from None
    with stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                item = _object(line)
                if item is None:
                    bad.append(f"{path.name}:{number}: no object with a text `raw`")
                else:
                    name = item.get("id")
                    yield item["raw"], {**context, **_texts(item.get("context"))}, _name(name)


def _object(line: str) -> dict[str, Any] | None:
    try:
        item = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return item if isinstance(item, dict) and isinstance(item.get("raw"), str) else None


def _texts(context: object) -> dict[str, str]:
    if not isinstance(context, dict):
        return {}
    return {str(name): value for name, value in context.items() if isinstance(value, str)}


def _name(value: object) -> str | None:
    return None if value is None else str(value)


def _explained(book: "Rulebook", raw: str, context: "Mapping[str, str]", name: str | None) -> "Explanation":
    from auditor.rulebook.explain import explain as explained  # noqa: PLC0415 - only here

    return explained(book, raw, context, name)


def _adviser(book: "Rulebook") -> "Adviser":
    from auditor.rulebook.advice import Adviser  # noqa: PLC0415 - only for people

    return Adviser(book)


def _json(explanation: "Explanation") -> str:
    from auditor.rulebook.explain import explanation_v1  # noqa: PLC0415 - only here

    return json.dumps(explanation_v1(explanation))


def lines_of(book: "Rulebook", raw: str) -> "Iterator[str]":
    """Yield the explanation of one answer for people, 80 columns wide at most."""
    return _text(_adviser(book), _explained(book, raw, {}, None))


def _text(adviser: "Adviser", explanation: "Explanation") -> "Iterator[str]":
    from auditor.model import Kind  # noqa: PLC0415 - only here

    yield from _head(explanation)
    for kind in (Kind.PERSON, Kind.INTEGRATION):
        yield from _advice(adviser, explanation, kind)
    yield ""


def _head(explanation: "Explanation") -> "Iterator[str]":
    if explanation.id:
        yield f"[{explanation.id}]"
    others = [str(code) for code in explanation.all_codes if code != explanation.code]
    beside = f" (beside it: {', '.join(others)})" if others else ""
    yield f"{explanation.shown or 'no code'}{beside}: {explanation.label}"
    yield from _wrapped(explanation.meaning)
    yield f"Outcome: {explanation.outcome}, {explanation.confidence.value}"
    if explanation.because:
        yield from _wrapped(f"Not certain, because {explanation.because}.")
    yield f"Password: {explanation.password.value}"
    if explanation.hides:
        yield f"Cannot show: {', '.join(explanation.hides)}"
    for candidate in explanation.candidates:
        yield from _wrapped(f"It may be {candidate.outcome}: {candidate.how_to_tell}", "  ")


def _advice(adviser: "Adviser", explanation: "Explanation", kind: "Kind") -> "Iterator[str]":
    advice = adviser.advice(explanation, kind)
    who = "A person" if kind.value == "person" else "An integration account"
    if advice is None:
        yield f"{who}: nothing has to be done."
        return
    yield ""
    yield from _wrapped(f"{who}: {advice.title} ({advice.severity.value}, {advice.finding})")
    yield from _wrapped(advice.why, "  ")
    for number, one in enumerate(advice.fixes, 1):
        provided = f", {' and '.join(one.provided)}" if one.provided else ""
        mark = "; check before use" if one.fix.check_before_use else ""
        title = f"{number}. {one.fix.title} - {one.fix.role}, {one.fix.effort.value}, "
        yield from _wrapped(f"{title}{one.fix.disposition.value}{provided}{mark}", "  ")
        yield from _wrapped(f"Verify: {one.fix.verify}", "     ")


def _wrapped(text: str, indent: str = "") -> "Iterator[str]":
    for paragraph in text.splitlines():
        yield from textwrap.wrap(
            paragraph, _WIDTH, initial_indent=indent, subsequent_indent=indent + "  " if indent else ""
        )
