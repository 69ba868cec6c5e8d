"""TLS for everything the auditor says: the operating system's trust store, or one bundle instead of it."""

import ssl
from pathlib import Path

from auditor.errors import UsageError, told


def client_context(ca_bundle: Path | None) -> ssl.SSLContext:
    """Return a verifying client context.

    With a bundle only its certificates are trusted (as curl's --cacert), else what the operating
    system trusts, which on networks with TLS inspection holds the inspecting proxy's certificate.
    Raises UsageError when the bundle cannot be read.
    """
    if ca_bundle is None:
        import truststore  # noqa: PLC0415 - only where a connection is made

        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        context = _trusting(ca_bundle)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _trusting(ca_bundle: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(ca_bundle))
    except OSError as error:
        why = "it holds no certificate in PEM form" if isinstance(error, ssl.SSLError) else told(error)
        raise UsageError(
            f"the CA bundle {ca_bundle.name} cannot be used: {why}",
            "--ca-bundle takes a file of PEM certificates",
        ) from None
