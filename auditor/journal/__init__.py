"""Run files: everything right of them is pure and re-runs offline."""

from auditor.journal.store import Header, Journal

__all__ = ["Header", "Journal"]
