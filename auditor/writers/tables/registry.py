"""The table that nobody sees: its records are rows of `auditor.model.registry`."""

from auditor.writers.tables.content import Columns, Content

TABLE = "registry"


def _cell(row: tuple[str, ...], number: int) -> Content:
    return Content(row[number] if number < len(row) else "")


COLUMNS: Columns[tuple[str, ...]] = {
    "what": lambda row: _cell(row, 0),
    "first": lambda row: _cell(row, 1),
    "second": lambda row: _cell(row, 2),
    "third": lambda row: _cell(row, 3),
}
