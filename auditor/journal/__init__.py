"""Run files: everything right of them is pure and re-runs offline."""

from auditor.journal.header import Header
from auditor.journal.store import Journal

__all__ = ["Header", "Journal"]
