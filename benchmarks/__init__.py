"""Benchmarks against what one would write otherwise: `python -m benchmarks` from a checkout."""
