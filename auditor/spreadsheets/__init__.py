"""What a cell can hold; and workbooks from outside, opened within bounds, nothing in them evaluated."""

from auditor.spreadsheets.opening import SAVE_AGAIN, opened
from auditor.spreadsheets.package import Bounds, Package, Survey

__all__ = ["SAVE_AGAIN", "Bounds", "Package", "Survey", "opened"]
