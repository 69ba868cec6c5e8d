"""The charts: horizontal bars that read cells of the summary, each beside its number."""

from typing import TYPE_CHECKING, NamedTuple

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.worksheet.worksheet import Worksheet

_GAP = 45  # percent of a bar between two of them
_MARGIN = 0.04  # of the width, between the number and its bar


class Block(NamedTuple):
    """Where labels and their numbers stand: the label's column (numbers right of it), first and last row."""

    column: int
    first: int
    last: int


def aligned_bars(sheet: "Worksheet", block: Block, colours: "Sequence[str]") -> BarChart:
    """Return a chart that fills the cells right of a block's numbers: one bar a row, on its height.

    It shows neither names nor numbers, for they stand beside it.
    """
    chart = BarChart()
    chart.type = "bar"
    chart.style = 10
    chart.legend = None
    chart.graphical_properties = GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
    chart.layout = Layout(ManualLayout("inner", "edge", "edge", x=_MARGIN, y=0, w=1 - _MARGIN, h=1))
    chart.gapWidth = _GAP
    chart.add_data(Reference(sheet, block.column + 1, block.first, max_row=block.last))
    chart.set_categories(Reference(sheet, block.column, block.first, max_row=block.last))
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete = chart.y_axis.delete = True
    chart.y_axis.scaling.min = 0
    chart.y_axis.majorGridlines = None
    _colour(chart, colours)
    chart.anchor = _beside(block)  # type: ignore[assignment]  # the stub knows only the name of a cell
    return chart


def _beside(block: Block) -> TwoCellAnchor:
    column = block.column + 1  # 0 first, as anchors count
    return TwoCellAnchor(
        _from=AnchorMarker(col=column, row=block.first - 1), to=AnchorMarker(col=column + 1, row=block.last)
    )


def _colour(chart: BarChart, colours: "Sequence[str]") -> None:
    series = chart.series[0]
    for index, colour in enumerate(colours):
        point = DataPoint(idx=index, invertIfNegative=False)
        point.graphicalProperties = GraphicalProperties(solidFill=colour)
        point.graphicalProperties.line.noFill = True
        series.dPt.append(point)
