"""The one chart: horizontal bars that read cells of the summary, in the colours of the verdicts."""

from typing import TYPE_CHECKING, NamedTuple

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.worksheet.worksheet import Worksheet

_TEXT_SIZE = 900  # hundredths of a point


class Block(NamedTuple):
    """Where labels and their numbers stand: the label's column (numbers right of it), first and last row."""

    column: int
    first: int
    last: int


def between(first: tuple[int, int], last: tuple[int, int]) -> TwoCellAnchor:
    """Return the frame from one cell to another, both given as column and row, 1 first, and filled."""
    return TwoCellAnchor(
        _from=AnchorMarker(col=first[0] - 1, row=first[1] - 1), to=AnchorMarker(col=last[0], row=last[1])
    )


def bar_chart(sheet: "Worksheet", block: Block, colours: "Sequence[str]", font: str) -> BarChart:
    """Return a chart of the block, first label on top, one colour a bar, the number at its end."""
    chart = BarChart()
    chart.type = "bar"
    chart.style = 10
    chart.legend = None
    chart.graphical_properties = GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
    chart.gapWidth = 45
    chart.add_data(Reference(sheet, block.column + 1, block.first, max_row=block.last))
    chart.set_categories(Reference(sheet, block.column, block.first, max_row=block.last))
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete = False
    chart.x_axis.txPr = _plain_text(font)
    chart.x_axis.majorTickMark = "none"
    chart.y_axis.delete = True
    chart.y_axis.majorGridlines = None
    _colour(chart, colours, font)
    return chart


def _plain_text(font: str) -> RichText:
    letters = CharacterProperties(sz=_TEXT_SIZE, latin=Font(typeface=font))
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=letters), endParaRPr=letters)])


def _colour(chart: BarChart, colours: "Sequence[str]", font: str) -> None:
    series = chart.series[0]
    series.dLbls = DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False)
    series.dLbls.txPr = _plain_text(font)
    for index, colour in enumerate(colours):
        point = DataPoint(idx=index, invertIfNegative=False)
        point.graphicalProperties = GraphicalProperties(solidFill=colour)
        point.graphicalProperties.line.noFill = True
        series.dPt.append(point)
