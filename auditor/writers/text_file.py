"""Writing a format that is text: piece by piece, in UTF-8, in one step."""

from io import TextIOWrapper
from typing import TYPE_CHECKING

from auditor.atomic import replacing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def write_pieces(target: "Path", pieces: "Iterable[str]", *, errors: str = "strict") -> None:
    """Write pieces of text as they come; afterwards the target is whole and new, or as it was.

    Raises ReportError when the target cannot be written. `errors` is what becomes of what UTF-8 cannot hold:
    in JSON a lone surrogate as `backslashreplace` is a valid string.
    """
    with replacing(target) as stream:
        text = TextIOWrapper(stream, encoding="utf-8", errors=errors, newline="\n")
        text.writelines(pieces)
        text.flush()
        text.detach()
