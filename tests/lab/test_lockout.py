import json
from datetime import timedelta

import pytest


def codes(asker, *passwords, upn="ada@contoso.example", **more):
    return [json.loads(asker.token(upn, p, **more).body).get("error_codes", [0])[0] for p in passwords]


def test_ten_different_wrong_passwords_lock_an_account_and_the_right_one_no_longer_helps(make_asker):
    asker = make_asker()
    assert codes(asker, *(f"wrong-{n}" for n in range(10))) == [50126] * 10
    assert codes(asker, "Right-horse-1") == [50053]


def test_the_government_clouds_lock_after_three(make_asker):
    asker = make_asker()
    gov = {
        "tenant": "harrow.example",
        "host": "login.microsoftonline.us",
        "scope": "https://harrow.crm.microsoftdynamics.us/user_impersonation",
    }
    assert codes(asker, "a", "b", "c", "d", upn="gus@harrow.example", **gov) == [50126] * 3 + [50053]


def test_the_same_wrong_password_again_does_not_count(make_asker):
    asker = make_asker({"tenants.0.lockout": {"threshold": 2}})
    assert codes(asker, "stale", "stale", "stale", "Right-horse-1") == [50126] * 3 + [0]


def test_with_pass_through_authentication_it_does(make_asker):
    asker = make_asker({"tenants.0.lockout": {"threshold": 2}, "tenants.0.pass_through": "ok"})
    assert codes(asker, "stale", "stale", "Right-horse-1") == [50126, 50126, 50053]


def test_the_right_password_starts_the_count_again(make_asker):
    asker = make_asker({"tenants.0.lockout": {"threshold": 2}})
    assert codes(asker, "a", "Right-horse-1", "b", "Right-horse-1") == [50126, 0, 50126, 0]


def test_a_lock_ends_and_each_further_failure_locks_for_twice_as_long(make_asker, names):
    now = [names.noon]
    asker = make_asker({"tenants.0.lockout": {"threshold": 1, "seconds": 60}}, clock=lambda: now[0])
    assert codes(asker, "a", "b") == [50126, 50053]
    now[0] += timedelta(seconds=61)
    assert codes(asker, "b", "c") == [50126, 50053]
    now[0] += timedelta(seconds=61)
    assert codes(asker, "c") == [50053]
    now[0] += timedelta(seconds=60)
    assert codes(asker, "Right-horse-1") == [0]


@pytest.mark.parametrize(("tries", "status"), [(4, 200), (5, 500)])
def test_ad_fs_counts_the_same_wrong_password_every_time(make_asker, tries, status):
    federation = {"host": "sts.contoso.example", "lockout_threshold": 5}
    asker = make_asker({"tenants.0.domains.1.federation": federation})
    for _ in range(tries):
        assert asker.rst("fay@fed.contoso.example", "stale").status == 500
    assert asker.rst("fay@fed.contoso.example", "Right-horse-2").status == status
