"""Questions out: one module a question. A probe returns evidence and never judges."""
