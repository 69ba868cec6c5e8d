"""The one chart: horizontal bars that read cells of the summary, in the colours of the verdicts."""

from typing import TYPE_CHECKING, NamedTuple

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.shapes import GraphicalProperties

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.worksheet.worksheet import Worksheet

_CENTIMETRES = (16, 6)


class Block(NamedTuple):
    """Where labels and their numbers stand: the label's column (numbers right of it), first and last row."""

    column: int
    first: int
    last: int


def bar_chart(sheet: "Worksheet", block: Block, colours: "Sequence[str]", title: str) -> BarChart:
    """Return a chart of the block, first label on top, one colour a bar, the number at its end."""
    chart = BarChart()
    chart.type = "bar"
    chart.title = title
    chart.style = 10
    chart.width, chart.height = _CENTIMETRES
    chart.legend = None
    chart.gapWidth = 45
    chart.add_data(Reference(sheet, block.column + 1, block.first, max_row=block.last))
    chart.set_categories(Reference(sheet, block.column, block.first, max_row=block.last))
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete = False
    chart.y_axis.delete = True
    chart.y_axis.majorGridlines = None
    _colour(chart, colours)
    return chart


def _colour(chart: BarChart, colours: "Sequence[str]") -> None:
    series = chart.series[0]
    series.dLbls = DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False)
    for index, colour in enumerate(colours):
        point = DataPoint(idx=index, invertIfNegative=False)
        point.graphicalProperties = GraphicalProperties(solidFill=colour)
        point.graphicalProperties.line.noFill = True
        series.dPt.append(point)
