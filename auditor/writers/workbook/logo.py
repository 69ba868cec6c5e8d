"""A logo on a sheet, as it came: openpyxl would have another library open it, only to know its size."""

from typing import TYPE_CHECKING

from openpyxl.drawing.image import Image
from openpyxl.drawing.spreadsheet_drawing import AbsoluteAnchor
from openpyxl.drawing.xdr import XDRPoint2D, XDRPositiveSize2D

from auditor.branding import picture

if TYPE_CHECKING:
    from auditor.writers.workbook.bands import Page

_PER_POINT = 4 / 3  # pixels
_EMU = 9_525  # English Metric Units of a pixel at 96 to the inch
_WIDEST = 400
_PER_CHARACTER, _PADDING = 7, 5  # pixels of a column


class Logo(Image):
    """A picture whose bytes are written as they are."""

    def __init__(self, data: bytes) -> None:
        """Take a PNG or a JPEG that was checked where it came in."""
        self._bytes = data
        self.format, self.width, self.height = picture(data)

    def _data(self) -> bytes:
        return self._bytes


def place_logo(page: "Page", data: bytes, points: float) -> None:
    """Place a logo at the upper right corner of the page, no higher than given and in its own proportions."""
    logo = Logo(data)
    room = points * _PER_POINT
    scale = min(room / logo.height, _WIDEST / logo.width)
    width, height = round(logo.width * scale), round(logo.height * scale)
    columns = page.sheet.column_dimensions.values()
    right = sum(round(column.width * _PER_CHARACTER) + _PADDING for column in columns)
    logo.anchor = AbsoluteAnchor(
        pos=XDRPoint2D((right - width) * _EMU, round((room - height) / 2) * _EMU),
        ext=XDRPositiveSize2D(width * _EMU, height * _EMU),
    )
    page.sheet.add_image(logo)
