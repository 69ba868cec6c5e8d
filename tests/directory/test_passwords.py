"""When a password expires: the account's exemption, its domain's period, and where neither decides."""

import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.directory.exports import read_export
from auditor.directory.passwords import expiry_of
from auditor.directory.snapshot import Domain, Known, Lack, Missing, User
from tests.directory.graph_lab import Desk

CHANGED = datetime(2026, 9, 1, 8, tzinfo=UTC)
OWN = {"password_never_expires": False, "synced": False, "external": False, "password_changed": CHANGED}
MANAGED = {"federated": False, "verified": True}


def person(**fields):
    return User("u", "Sync@Contoso.example", **{**OWN, **fields})


def domains(gaps=(), **fields):
    domain = Domain("contoso.example", **{**MANAGED, **fields})
    return Known({domain.name: domain}, gaps=gaps)


def test_the_day_is_that_of_the_last_change_and_the_period_of_the_domain():
    found = expiry_of(person(), domains(validity_days=90))
    assert (found.word, found.day, found.why, found.unread) == ("policy", "2026-11-30", "", ())


def test_a_period_that_nobody_set_is_no_period_of_ninety_days():
    found = expiry_of(person(), domains(validity_days=None))
    assert (found.word, found.day) == ("policy", "")
    assert found.why == "how long passwords of contoso.example last is not said"


def test_a_domain_without_end_exempts_its_accounts():
    found = expiry_of(person(), domains(validity_days=2_147_483_647))
    assert (found.word, found.day, found.never_by, found.why) == ("never", "never", "domain", "")


def test_an_exempt_account_needs_no_domain():
    found = expiry_of(person(password_never_expires=True), Missing(Lack.NOT_EXPORTED))
    assert (found.word, found.day, found.never_by, found.unread) == ("never", "never", "account", ())


@pytest.mark.parametrize("never", [True, False, None])
@pytest.mark.parametrize("days", [30, 2_147_483_647])
@pytest.mark.parametrize(
    ("fields", "of_domain", "why"),
    [
        ({"synced": True}, {}, "which policy its password follows is not read"),
        ({"synced": None}, {}, "whether the account is synchronised is not said"),
        ({}, {"federated": True}, "contoso.example is federated"),
        ({"external": True}, {}, "whose password is kept at home"),
    ],
)
def test_a_password_that_is_kept_elsewhere_has_no_day_here(never, days, fields, of_domain, why):
    found = expiry_of(
        person(password_never_expires=never, **fields), domains(validity_days=days, **of_domain)
    )
    assert found.word == {True: "never", False: "policy", None: "unknown"}[never]
    assert (found.day, found.never_by == "account") == ("", never is True)
    assert why in found.why


@pytest.mark.parametrize("of_domain", [{"federated": None}, {"verified": False}])
def test_a_domain_that_may_not_be_a_managed_one_has_no_say(of_domain):
    found = expiry_of(person(), domains(validity_days=2_147_483_647, **of_domain))
    assert (found.word, found.day) == ("policy", "")
    assert "is a managed domain is not said" in found.why


@pytest.mark.parametrize(
    ("part", "unread"),
    [
        (Missing(Lack.NO_CONSENT, "Domain.Read.All"), "Domain.Read.All"),
        (Known({}, gaps=("a further page is not in the export",)), "a further page"),
    ],
)
def test_domains_that_were_not_read_are_said_to_be_missing(part, unread):
    found = expiry_of(person(), part)
    assert (found.word, found.day) == ("policy", "")
    assert unread in found.why
    assert found.unread == (found.why,)


def test_a_domain_that_is_not_listed_inherits_nothing_from_another():
    found = expiry_of(User("u", "sync@apps.contoso.example", **OWN), domains(validity_days=90))
    assert (found.day, found.why) == ("", "apps.contoso.example is not among the domains")
    assert found.unread == ()


@pytest.mark.parametrize(
    ("fields", "word", "why"),
    [
        ({"password_never_expires": None}, "unknown", "exempt"),
        ({"password_changed": None}, "policy", "when the password was last changed is not said"),
    ],
)
def test_what_the_export_leaves_out_of_an_account_leaves_the_day_open(fields, word, why):
    found = expiry_of(person(**fields), domains(validity_days=90))
    assert (found.word, found.day) == (word, "")
    assert why in found.why


@given(
    moments=st.datetimes(timezones=st.just(UTC)),
    days=st.one_of(st.none(), st.integers(1, 2_147_483_647), st.just(2_147_483_647)),
    never=st.sampled_from([True, False, None]),
    synced=st.sampled_from([True, False, None]),
    federated=st.sampled_from([True, False, None]),
)
def test_there_is_a_day_or_a_reason_and_a_day_only_of_the_directorys_own(
    moments, days, never, synced, federated
):
    user = person(password_changed=moments, password_never_expires=never, synced=synced)
    found = expiry_of(user, domains(validity_days=days, federated=federated))
    assert bool(found.day) != bool(found.why)
    if found.day not in {"", "never"}:
        assert date.fromisoformat(found.day) - moments.date() == timedelta(days=days)
        assert (never, synced, federated, found.word) == (False, False, False, "policy")
    if found.day == "never":
        assert found.word == "never"
        assert synced is False
        assert never or days == 2_147_483_647


def test_a_hand_made_export_of_powershell_tells_periods(export):
    rows = [
        {"Id": "contoso.example", "AuthenticationType": "Managed", "IsVerified": True, "Manufacturer": None}
        | {"PasswordNotificationWindowInDays": 14, "PasswordValidityPeriodInDays": 60},
        {"Id": "ad.contoso.example", "AuthenticationType": "Federated", "IsVerified": True}
        | {"PasswordNotificationWindowInDays": None, "PasswordValidityPeriodInDays": None},
    ]
    found = export({"what ever.json": json.dumps(rows)}, encoding="utf-16").domains
    assert found.value["contoso.example"] == Domain("contoso.example", False, True, 60)
    assert found.value["ad.contoso.example"] == Domain("ad.contoso.example", True, True, None)


@pytest.mark.parametrize("days", [0, -1])
def test_a_period_of_no_days_says_nothing(export, days):
    row = {"id": "contoso.example", "authenticationType": "Managed", "passwordValidityPeriodInDays": days}
    found = export({"d.json": {"@odata.context": "$metadata#domains", "value": [row]}})
    assert found.domains.value["contoso.example"].validity_days is None


@pytest.mark.parametrize("days", ["ninety", 1.5, True])
def test_a_period_that_is_no_number_is_a_gap_and_no_period(export, days):
    row = {"id": "contoso.example", "authenticationType": "Managed", "passwordValidityPeriodInDays": days}
    found = export({"d.json": {"@odata.context": "$metadata#domains", "value": [row]}})
    assert found.problems
    assert found.domains.gaps
    assert expiry_of(person(), found.domains).day == ""


def test_an_empty_list_of_domains_is_known_by_its_context(export):
    found = export({"d.json": {"@odata.context": "$metadata#domains", "value": []}})
    assert found.domains.value == {}


def test_a_refusal_in_place_of_the_domains_is_kept_for_them(export):
    refusal = {"error": {"code": "Authorization_RequestDenied", "message": ""}}
    users = {"@odata.context": "$metadata#users", "value": [{"id": "u", "userPrincipalName": "a@b.example"}]}
    found = export({"domains.json": refusal, "users.json": users})
    assert found.domains.lack is Lack.REFUSED
    assert isinstance(found.users, Known)


@pytest.fixture
def collected(tmp_path):
    """Return the snapshot that a collection leaves of a changed world."""

    def collected(changes=None):
        kept = io.BytesIO()
        Desk(changes).collect(kept)
        (tmp_path / "kept.zip").write_bytes(kept.getvalue())
        return read_export(tmp_path / "kept.zip")

    return collected


def test_collecting_reads_the_period_of_each_domain(collected):
    more = [{"name": "contoso.example", "password_validity_days": 45}, {"name": "apps.contoso.example"}]
    found = collected({"tenants.0.domains": more}).domains
    assert {name: one.validity_days for name, one in found.value.items()} == {
        "contoso.example": 45,
        "apps.contoso.example": None,
    }
    assert not found.gaps


def test_without_permission_the_domains_are_missing_and_the_permission_is_named(collected):
    found = collected({"tenants.0.apps.1.graph_permissions": ["User.Read.All"]}).domains
    assert found.lack is Lack.NO_CONSENT
    assert "Domain.Read.All" in found.detail
