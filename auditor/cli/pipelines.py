"""What a build service is told on its own ways: annotations, and a summary on the page of the run.

GitHub: workflow commands on standard output, and a file that the environment names for the job's summary.
Azure Pipelines: a logging command that names a file. Sources: GitHub, workflow commands, and @actions/core
(escapeData, escapeProperty), webhook payloads (repository.private); Azure Pipelines, logging commands
(UploadSummary).
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import ReportError, told
from auditor.writers.annotations import Annotation, annotations_of
from auditor.writers.markdown import LIMIT, MarkdownWriter, summary_of

if TYPE_CHECKING:
    from auditor.cli.console import Screen
    from auditor.model import Audit
    from auditor.writers.interface import Terms

_UNSEEN = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")


def tell(
    audit: "Audit",
    terms: "Terms",
    written: Mapping[str, Path],
    screen: "Screen",
    environment: Mapping[str, str],
) -> None:
    """Tell the build service that runs us, if one does, how the audit came out.

    `written` are the reports by format. Under `--quiet` nothing but the summary's file: standard output is
    then the result alone. A summary that cannot be written is said and fails nothing. Where everybody can
    read the pages of the repository, nobody is told anything: some findings prove a password right.
    """
    if environment.get("GITHUB_ACTIONS") == "true":
        if _is_public(environment):
            screen.say("note: this repository is public: neither a summary nor annotations are written")
            return
        if summary := environment.get("GITHUB_STEP_SUMMARY"):
            _append(audit, terms, Path(summary), screen)
        if not screen.quiet:
            for annotation in annotations_of(audit, terms):
                screen.command(github_command(annotation))
    elif environment.get("TF_BUILD", "").lower() == "true" and not screen.quiet:
        path = _beside(audit, terms, written, screen)
        if path is not None:
            screen.command(azure_command(path))


def _is_public(environment: Mapping[str, str]) -> bool:
    """Return whether the event that began the workflow says that its repository is public."""
    try:
        event = json.loads(Path(environment["GITHUB_EVENT_PATH"]).read_bytes())
    except (KeyError, OSError, ValueError):
        return False
    repository = event.get("repository") if isinstance(event, dict) else None
    return isinstance(repository, dict) and repository.get("private") is False


def _append(audit: "Audit", terms: "Terms", summary: Path, screen: "Screen") -> None:
    """Add the summary to what earlier commands of the step left in the file, as far as there is room."""
    try:
        taken = summary.stat().st_size if summary.exists() else 0
        text = "".join(summary_of(audit, terms, max(LIMIT - taken, 0)))
        with summary.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        screen.say(f"note: the job summary cannot be written: {told(error)}")


def _beside(audit: "Audit", terms: "Terms", written: Mapping[str, Path], screen: "Screen") -> Path | None:
    """Return the summary's file: the report in Markdown, or one made beside the first; None without."""
    path = written.get("markdown")
    if path is None:
        path = next(iter(written.values())).with_suffix(MarkdownWriter.suffix)
        try:
            MarkdownWriter(terms).write(audit, path)
        except ReportError as error:
            screen.say(f"note: the summary cannot be written: {error}")
            return None
    return path.absolute()


def github_command(annotation: Annotation) -> str:
    """Return an annotation as a workflow command: no text of it can be taken for another command."""
    where = {"file": annotation.file, "line": str(annotation.line)} if annotation.file else {}
    about = {**where, "title": annotation.title}
    properties = ",".join(f"{name}={_property(value)}" for name, value in about.items())
    return f"::{annotation.level} {properties}::{_data(annotation.text)}"


def azure_command(path: Path) -> str:
    """Return the logging command that shows a file of Markdown on the run's page."""
    return f"##vso[task.uploadsummary]{_data(str(path), percent='%AZP25')}"


def _data(text: str, percent: str = "%25") -> str:
    seen = _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text)
    return seen.replace("%", percent).replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
