"""Records on disk, by number: what is needed again when all results have passed, and can be many."""

from array import array
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType


class KeptLines:
    """Records as bytes in a file that nobody else can see; used as a context.

    Raises OSError where the folder for temporary files is full.
    """

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._ends = array("Q", [0])

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: "TracebackType | None",
    ) -> None:
        """Forget everything."""
        self._file.close()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._ends) - 1

    def _put(self, line: bytes) -> int:
        """Keep a record and return its number, 0 first."""
        self._file.seek(self._ends[-1])
        self._ends.append(self._ends[-1] + self._file.write(line))
        return len(self) - 1

    def _line(self, number: int) -> bytes:
        """Return a record."""
        start, end = self._ends[number], self._ends[number + 1]
        self._file.seek(start)
        return self._file.read(end - start)
