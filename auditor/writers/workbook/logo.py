"""A logo on a sheet, as it came: openpyxl would have another library open it, only to know its size."""

from typing import TYPE_CHECKING

from openpyxl.drawing.image import Image
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
from openpyxl.drawing.xdr import XDRPositiveSize2D

from auditor.branding import picture

if TYPE_CHECKING:
    from auditor.writers.workbook.bands import Page

_PER_POINT = 4 / 3  # pixels
_EMU = 9_525  # English Metric Units of a pixel at 96 to the inch
_WIDEST = 400
_AIR = 3  # pixels above and below
_PER_CHARACTER = 7  # pixels of a column, its padding among them (ECMA-376 part 1, 18.3.1.13)


class Logo(Image):
    """A picture whose bytes are written as they are."""

    def __init__(self, data: bytes) -> None:
        """Take a PNG or a JPEG that was checked where it came in."""
        self._bytes = data
        self.format, self.width, self.height = picture(data)

    def _data(self) -> bytes:
        return self._bytes


def place_logo(page: "Page", data: bytes, points: float) -> None:
    """Place a logo at the upper right corner of the page, no higher than given and in its own proportions.

    It hangs on the column where it begins: programs differ in how wide a column is, and so in where the page
    ends.
    """
    logo = Logo(data)
    room = points * _PER_POINT - 2 * _AIR
    scale = min(room / logo.height, _WIDEST / logo.width)
    size = XDRPositiveSize2D(round(logo.width * scale) * _EMU, round(logo.height * scale) * _EMU)
    widths = [round(column.width * _PER_CHARACTER) for column in page.sheet.column_dimensions.values()]
    column, left = len(widths) - 1, widths[-1] - round(logo.width * scale)
    while left < 0:
        column -= 1
        left += widths[column]
    below = round((points * _PER_POINT - logo.height * scale) / 2)
    corner = AnchorMarker(col=column, colOff=left * _EMU, row=0, rowOff=below * _EMU)
    logo.anchor = OneCellAnchor(_from=corner, ext=size)
    page.sheet.add_image(logo)
