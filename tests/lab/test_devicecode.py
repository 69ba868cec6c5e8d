"""Device codes of the lab: to whom they are given, and what comes of asking about one."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest

OTHER_APP = "7d1f0c52-8a43-4e61-b1f5-2c9e6a7b0d11"
GRANT = "urn:ietf:params:oauth:grant-type:device_code"
APP = "tenants.0.apps.0"


class Device:
    """Somebody with a device: asks for codes, and about them."""

    def __init__(self, asker, names):
        self.asker, self.names = asker, names

    def ask(self, tenant="", host="login.microsoftonline.com", **fields):
        asked = {"client_id": self.names.resco, "scope": f"https://{self.names.org}/user_impersonation"}
        return self._post(host, f"/{tenant or self.names.tenant}/oauth2/v2.0/devicecode", asked | fields)

    def redeem(self, code, **fields):
        asked = {"client_id": self.names.resco, "grant_type": GRANT, "device_code": code}
        path = f"/{self.names.tenant}/oauth2/v2.0/token"
        return self._post("login.microsoftonline.com", path, asked | fields)

    def _post(self, host, path, form):
        headers = {"content-type": "application/x-www-form-urlencoded"}
        reply = self.asker.send(host, "POST", path, headers=headers, body=urlencode(form).encode())
        return json.loads(reply.body)


@pytest.fixture
def device(make_asker, names):
    """Return a device in an estate that differs by some changes, and may have a clock of its own."""
    return lambda changes=None, **more: Device(make_asker(changes, **more), names)


def test_a_code_has_the_fields_that_clients_read(device):
    given = device().ask()
    assert {"user_code", "device_code", "verification_uri", "message"} < set(given)
    assert (given["expires_in"], given["interval"]) == (900, 5)
    assert given["user_code"] in given["message"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"tenants.0.apps": []}, 700016),
        ({APP: {"app": "resco-external-project", "state": "disabled"}}, 7000112),
        ({"tenants.0.dataverse": "missing"}, 500011),
        ({"tenants.0.dataverse": "disabled"}, 500014),
        (
            {"environments.0.tenant": "Harrow", "environments.0.host": "other.crm.microsoftdynamics.us"},
            500011,
        ),
    ],
)
def test_no_code_is_given_where_app_or_environment_are_unknown_or_disabled(device, changes, code):
    assert device(changes).ask()["error_codes"] == [code]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"client_id": "no-guid"}, 700038),
        ({"client_id": OTHER_APP}, 700016),
        ({"client_id": ""}, 900144),
        ({"scope": ""}, 900144),
        ({"scope": "User.Read"}, 70011),
        ({"tenant": "nowhere.example"}, 90002),
        ({"tenant": "common"}, 50059),
        ({"tenant": "harrow.example"}, 900439),
        ({"scope": "https://nowhere.crm4.dynamics.com/user_impersonation"}, 500011),
    ],
)
def test_a_request_that_does_not_fit_is_told_so(device, asked, code):
    assert device().ask(**asked)["error_codes"] == [code]


@pytest.mark.parametrize(
    "changes",
    [
        {"users.0.enabled": False},
        {"users.0.per_user_mfa": "enforced"},
        {"tenants.0.grants": []},
        {"tenants.0.blocked_addresses": ["198.51.100.0/24"]},
        {APP: {"app": "resco-external-project", "public_client": False}},
        {APP: {"app": "resco-external-project", "preauthorized": False}},
        {APP: {"app": "resco-external-project", "assignment_required": True}},
    ],
)
def test_accounts_consent_and_policies_do_not_show_before_somebody_signs_in(device, changes):
    assert "device_code" in device(changes, address="198.51.100.7").ask()


def test_a_code_is_pending_until_it_expires(device, names):
    now = [names.noon]
    one = device(clock=lambda: now[0])
    code = one.ask()["device_code"]
    for minutes, answer in ((0, 70016), (14, 70016), (15, 70020)):
        now[0] = names.noon + timedelta(minutes=minutes)
        assert one.redeem(code)["error_codes"] == [answer]


def test_a_code_is_nobody_elses(device):
    one = device({"tenants.0.apps": [{"app": "resco-external-project"}, {"app": OTHER_APP}]})
    code = one.ask()["device_code"]
    assert one.redeem(code, client_id=OTHER_APP)["error_codes"] == [70018]
    assert one.redeem("made-up")["error_codes"] == [70018]
    assert one.redeem("")["error_codes"] == [900144]


def test_an_app_that_has_to_keep_a_secret_is_refused_before_its_code_is_looked_at(device):
    one = device({APP: {"app": "resco-external-project", "public_client": False}})
    assert one.redeem(one.ask()["device_code"])["error_codes"] == [7000218]
    assert one.redeem("made-up")["error_codes"] == [7000218]


def test_both_requests_are_a_leg_of_their_own(device):
    faults = {"faults": [{"kind": "unavailable", "leg": "token"}]}
    one = device(faults)
    assert one.redeem(one.ask()["device_code"])["error_codes"] == [70016]
