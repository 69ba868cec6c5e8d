"""A range of records as a table of the spreadsheet: banding, filter, a name (ECMA-376 part 1, 18.5)."""

import re
from typing import TYPE_CHECKING

from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo

from auditor.spreadsheets.cell_text import cell_text

if TYPE_CHECKING:
    from collections.abc import Sequence

_STYLE = "TableStyleLight1"  # grey bands, whatever the theme


def list_object(title: str, reference: str, headers: "Sequence[str]") -> Table:
    """Return a table under the name of its sheet; the headers have to be those that stand in its first row.

    openpyxl would read them from the sheet, and make a cell of every place in it for that.
    """
    table = Table(displayName=re.sub(r"\W+", "_", title).strip("_"), ref=reference)
    table.autoFilter = AutoFilter(ref=reference)
    table.tableStyleInfo = TableStyleInfo(name=_STYLE, showRowStripes=True)
    table.tableColumns = [
        TableColumn(id=number, name=cell_text(header)) for number, header in enumerate(headers, 1)
    ]
    return table
