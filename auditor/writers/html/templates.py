"""The templates of the page: Jinja over the shipped files, where nothing is written unescaped."""

from typing import TYPE_CHECKING

from auditor.resources import shipped_text
from auditor.writers.html.text import spoken

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = "html"


def environment() -> "Environment":
    """Return Jinja over `reports/html/`: autoescape always on, an unknown name an error."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415 - for this format alone

    return Environment(
        loader=FunctionLoader(part),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=spoken,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def part(name: str) -> str:
    """Return a shipped file of the page as text."""
    return shipped_text("reports", f"{_FOLDER}/{name}")
