"""Text that waits on disk, compressed, until it can be written in its place."""

import zlib
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

_BLOCK = 1 << 18  # characters
_FAST = 1  # zlib's level: the text is compressed for good when it is written in its place


class Spool:
    """Text in the order it came. A block of it is in memory, the rest in a file that nobody else can see.

    Raises OSError where the folder for temporary files is full.
    """

    def __init__(self) -> None:
        self._size = 0
        self._waiting: list[str] = []
        self._held = 0
        self._lengths: list[int] = []
        self._file: BinaryIO | None = None

    def add(self, text: str) -> None:
        """Add text behind what there is."""
        self._waiting.append(text)
        self._held += len(text)
        if self._held >= _BLOCK:
            self._put_away()

    @property
    def size(self) -> int:
        """Return how many bytes it is as UTF-8."""
        return self._size + sum(len(text.encode("utf-8", "surrogatepass")) for text in self._waiting)

    def __iter__(self) -> "Iterator[str]":
        """Yield everything in blocks; what was added in one piece is never split."""
        if self._file is not None:
            self._file.seek(0)
            for length in self._lengths:
                yield zlib.decompress(self._file.read(length)).decode("utf-8", "surrogatepass")
        yield "".join(self._waiting)

    def __enter__(self) -> Self:
        """Return the spool itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: "TracebackType | None",
    ) -> None:
        """Forget everything."""
        self.close()

    def close(self) -> None:
        """Forget everything; the file is gone."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self._waiting.clear()
        self._lengths.clear()

    def _put_away(self) -> None:
        if self._file is None:
            self._file = TemporaryFile()  # noqa: SIM115 - closed by close()
        text = "".join(self._waiting).encode("utf-8", "surrogatepass")
        block = zlib.compress(text, _FAST)
        self._file.write(block)
        self._size += len(text)
        self._lengths.append(len(block))
        self._waiting.clear()
        self._held = 0
