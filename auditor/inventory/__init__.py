"""Accounts in: inventories as people keep them (xlsx, csv, json), read into cases with their origin."""

from auditor.inventory.interface import ReadOptions
from auditor.inventory.reader import format_problems, read_inventory

__all__ = ["ReadOptions", "format_problems", "read_inventory"]
