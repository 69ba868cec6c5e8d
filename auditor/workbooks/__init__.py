"""Workbooks that people fill in: the inventory template."""
