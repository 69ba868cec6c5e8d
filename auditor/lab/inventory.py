"""The ready-made inventory of a world: rows for the columns, and the credentials its operator has."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from auditor.lab.app_proofs import issued_by
from auditor.lab.apps import client_id
from auditor.lab.estate import Estate, app_of
from auditor.lab.world.app_credentials import Certificate, FederatedCredential, Issuer

if TYPE_CHECKING:
    from auditor.lab.world.root import World
    from auditor.lab.world.rows import Row
    from auditor.lab.world.tenants import App

COLUMNS = ("account", "environment", "kind", "app", "tenant", "expected", "owner", "notes", "skip")
_STALE = "-before-the-last-change"
_INVENTED = "Nobody-has-this-1"
_A_DAY = 86_400


@dataclass(frozen=True)
class LabRow:
    """A row: the inventory's columns without `credential`, and what its operator has (None: nothing).

    `password` is a password, an application's secret, or its certificate with the key as PEM text; with
    `federated` it is the token of another issuer, which belongs in a file.
    """

    columns: dict[str, str]
    password: str | None = field(default=None, repr=False)
    federated: bool = False


def inventory_rows(world: "World") -> list[LabRow]:
    """Return the world's inventory in its order."""
    estate = Estate(world)
    return [
        LabRow(
            {name: str(getattr(row, name)) for name in COLUMNS},
            _password(estate, row),
            federated=row.signs_in_with == "federated",
        )
        for row in world.inventory
    ]


def _password(estate: Estate, row: "Row") -> str | None:
    if row.password is not None:
        return row.password
    believes = row.believes or ("none" if row.kind == "person" else "right")
    if believes == "none":
        return None
    if row.signs_in_with:
        return _of_app(estate, row, stale=believes == "wrong")
    user = estate.user(row.account)
    right = (user.password if user else None) or _INVENTED
    return right if believes == "right" else right + _STALE


def _of_app(estate: Estate, row: "Row", *, stale: bool) -> str:
    """Return an application's credential; a stale one is another secret, certificate or workload."""
    tenant = estate.tenant_of(row.account)
    app = app_of(tenant, client_id(row.app)) if tenant else None
    if row.signs_in_with == "secret":
        return ((app and app.secret) or _INVENTED) + (_STALE if stale else "")
    if row.signs_in_with == "certificate":
        held = (
            app.certificates[0] if app and app.certificates and not stale else Certificate(name=row.account)
        )
        return held.pem
    return _token(estate, app, stale=stale)


def _token(estate: Estate, app: "App | None", *, stale: bool) -> str:
    """Return a token for a workload, by the issuer whose word the application takes; good for a day."""
    nobody = FederatedCredential(issuer="https://nobody.example", subject="nobody")
    known = app.federated[0] if app and app.federated else nobody
    issuers = {issuer.url: issuer for issuer in estate.world.issuers}
    issuer = issuers.get(known.issuer) or Issuer(url=known.issuer)
    subject = known.subject + (_STALE if stale else "")
    return issued_by(issuer, subject, known.audience, datetime.now(UTC), _A_DAY)
