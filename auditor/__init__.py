"""WS-Trust to OAuth migration auditor: which accounts still sign in, and what the others need."""

__version__ = "0.1.0"
