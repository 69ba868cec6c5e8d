"""When the secrets of an app end: read from its registration, and nothing else of them."""

import io
import zipfile
from datetime import UTC, datetime

import pytest

from auditor.directory.accounts import Accounts
from auditor.directory.consents import Consents
from auditor.directory.exports import read_export
from auditor.directory.membership import Memberships
from auditor.directory.snapshot import Known, Lack, Missing, Registered, Snapshot
from tests.directory.graph_lab import WORLD, Desk

OURS = "7d1f0c52-8a43-4e61-b1f5-2c9e6a7b0d77"
SECRET = "Quince-lantern-77"


@pytest.fixture
def taken(tmp_path):
    """Return what a collection kept of a world with an app whose secret ends in some days."""

    def taken(days):
        ours = {"app": OURS, "secret": SECRET, "secret_days": days}
        desk = Desk({"tenants.0.apps": [*WORLD["tenants"][0]["apps"], ours]})
        kept = io.BytesIO()
        desk.collect(kept, apps=(OURS,))
        (tmp_path / "taken.zip").write_bytes(kept.getvalue())
        return desk, read_export(tmp_path / "taken.zip"), kept

    return taken


def test_the_end_of_an_apps_secret_is_read_and_nothing_else_of_it(taken):
    desk, snapshot, kept = taken(12)
    ((end,),) = [one.secret_ends for one in snapshot.applications.value.values()]
    assert (end - desk.state.began).days in {11, 12}
    with zipfile.ZipFile(kept) as packed:
        texts = [packed.read(name).decode() for name in packed.namelist()]
    assert any("passwordCredentials" in text for text in texts)
    assert not any("hint" in text or SECRET[:3] in text for text in texts)


def said(part, app=OURS):
    snapshot = Snapshot(applications=part)
    return Consents(snapshot, Accounts(snapshot, Memberships.of(snapshot))).details(app, None)


def test_the_ends_of_all_secrets_are_said_in_their_order():
    ends = tuple(datetime(2027, month, 1, tzinfo=UTC) for month in (9, 2))
    details = said(Known({OURS: Registered(OURS, ends)}))
    assert (details["secret_ends"], details["secret_ends_why"]) == (("2027-02-01", "2027-09-01"), "")


@pytest.mark.parametrize(
    ("part", "why"),
    [
        (Known({}), "is not among those that were read"),
        (Missing(Lack.NO_CONSENT, "Application.Read.All"), "Application.Read.All"),
        (Missing(Lack.NOT_EXPORTED), "not exported"),
        (Known({OURS: Registered(OURS, (None,))}), "does not say"),
    ],
)
def test_what_could_not_be_read_is_no_end_and_says_why(part, why):
    details = said(part)
    assert details["secret_ends"] == ()
    assert why in details["secret_ends_why"]


def test_an_app_without_secrets_has_none_that_ends():
    details = said(Known({OURS: Registered(OURS)}))
    assert (details["secret_ends"], details["secret_ends_why"]) == ((), "")
