"""Secrets: a value that cannot be printed, references to it, redaction. The one place that knows them."""

from auditor.secrets.alike import Alike
from auditor.secrets.app_credentials import AppCredential, CredentialKind, app_credential
from auditor.secrets.redaction import Redaction, redact
from auditor.secrets.references import SCHEMES, VERSIONED, Reference, parse_reference, plaintext
from auditor.secrets.resolver import Kept, Resolver, Vault
from auditor.secrets.trace import differs, is_trace, trace_of
from auditor.secrets.values import Secret

__all__ = [
    "SCHEMES",
    "VERSIONED",
    "Alike",
    "AppCredential",
    "CredentialKind",
    "Kept",
    "Redaction",
    "Reference",
    "Resolver",
    "Secret",
    "Vault",
    "app_credential",
    "differs",
    "is_trace",
    "parse_reference",
    "plaintext",
    "redact",
    "trace_of",
]
