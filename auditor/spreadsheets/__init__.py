"""Workbooks from outside: opened within bounds, read with calamine, nothing in them evaluated."""

from auditor.spreadsheets.opening import SAVE_AGAIN, opened
from auditor.spreadsheets.package import Bounds, Package, Survey

__all__ = ["SAVE_AGAIN", "Bounds", "Package", "Survey", "opened"]
