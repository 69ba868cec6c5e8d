import gzip
import json

import pytest

from auditor.lab.exchange import Exchange
from auditor.lab.faults import answered, of_host
from auditor.lab.routes import named, routed

TOKEN = {"leg": "token"}


def reply_with(make_asker, fault, **more):
    return make_asker({"faults": [fault]}).token(**more)


@pytest.mark.parametrize(
    ("fault", "status", "content_type"),
    [
        ({"kind": "throttled"}, 429, "text/plain"),
        ({"kind": "unavailable"}, 503, "text/html"),
        ({"kind": "captive-portal"}, 200, "text/html"),
        ({"kind": "not-found"}, 404, "text/html"),
        ({"kind": "redirect"}, 307, "text/plain"),
        ({"kind": "huge", "megabytes": 1}, 200, "application/json"),
        ({"kind": "bomb", "megabytes": 1}, 200, "application/json"),
        ({"kind": "network-login"}, 511, "text/html"),
        ({"kind": "deep-xml"}, 200, "application/soap+xml"),
        ({"kind": "entity-xml"}, 200, "application/soap+xml"),
        ({"kind": "drip"}, 200, "application/json"),
        ({"kind": "clock"}, 200, "application/json"),
    ],
)
def test_each_kind_has_its_reply(make_asker, fault, status, content_type):
    reply = reply_with(make_asker, fault)
    assert (reply.status, reply.content_type.partition(";")[0]) == (status, content_type)


@pytest.mark.parametrize(("given", "sent"), [("17", "17"), ("2.5", "2.5"), ("", None)])
def test_throttling_says_how_long_to_wait_as_the_world_writes_it(make_asker, given, sent):
    reply = reply_with(make_asker, {"kind": "throttled", "retry_after": given})
    assert dict(reply.headers).get("retry-after") == sent


def test_a_redirect_points_where_the_world_says(make_asker):
    reply = reply_with(make_asker, {"kind": "redirect", "location": "https://evil.example/take"})
    assert dict(reply.headers)["location"] == "https://evil.example/take"


def test_a_packed_reply_is_small_on_the_wire_and_large_behind_it(make_asker):
    reply = reply_with(make_asker, {"kind": "bomb", "megabytes": 8})
    assert dict(reply.headers) == {"content-encoding": "gzip"}
    assert len(reply.body) * 100 < len(gzip.decompress(reply.body)) == 8 * 1024 * 1024


def test_a_dripping_reply_is_the_right_one_in_single_bytes(make_asker):
    reply = reply_with(make_asker, {"kind": "drip", "milliseconds": 250})
    assert (reply.piece, reply.gap) == (1, 0.25)
    assert "access_token" in json.loads(reply.body)


def test_a_date_is_off_by_the_hours_that_the_world_says(make_asker):
    reply = reply_with(make_asker, {"kind": "clock", "hours": -2})
    assert dict(reply.headers)["date"] == "Sun, 22 Nov 2026 10:00:00 GMT"


def test_addresses_in_an_answer_can_be_those_of_another_host(make_asker, names):
    fault = {"kind": "other-hosts", "location": "https://thief.example/x"}
    asker = make_asker({"faults": [fault]})
    realm = asker.send("login.microsoftonline.com", "GET", "/common/userrealm/fay@fed.contoso.example")
    assert json.loads(realm.body)["federation_metadata_url"].startswith("https://thief.example/adfs/")
    challenge = dict(asker.dataverse("/api/data/v9.2/").headers)["www-authenticate"]
    assert "https://thief.example/" in challenge
    assert names.org not in challenge


def test_a_silent_reply_is_none_for_very_long(make_asker, names):
    state = make_asker({"faults": [{"kind": "silent"}]}).state
    outcome = answered(state, *routed(state, Exchange(names.org, "GET", "/")), "")
    assert outcome.reply is None
    assert outcome.delay > 1_000


def test_a_truncated_reply_is_no_json_any_more(make_asker):
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply_with(make_asker, {"kind": "truncated", **TOKEN}).body)


def test_any_number_can_be_answered(make_asker):
    body = json.loads(reply_with(make_asker, {"kind": "code", "code": 7654321, "text": "New."}).body)
    assert body["error_codes"] == [7654321]
    assert body["error_description"].startswith("AADSTS7654321: New. ")


def test_a_known_number_needs_no_text(make_asker):
    body = json.loads(reply_with(make_asker, {"kind": "code", "code": 700016}).body)
    assert (body["error"], body["error_codes"]) == ("unauthorized_client", [700016])


def test_a_reset_has_no_reply_and_latency_has_the_right_one_later(make_asker, names):
    request = Exchange(names.org, "GET", "/")
    for fault, reply, delay in (
        ({"kind": "reset"}, None, 0.0),
        ({"kind": "latency", "milliseconds": 250}, 401, 0.25),
    ):
        state = make_asker({"faults": [fault]}).state
        exchange, handler = routed(state, request)
        outcome = answered(state, exchange, handler, "")
        assert (outcome.reply and outcome.reply.status, outcome.delay) == (reply, delay)


@pytest.mark.parametrize(
    ("fault", "struck"),
    [
        ({}, True),
        ({"leg": "token"}, True),
        ({"leg": "realm"}, False),
        ({"host": "login.*"}, True),
        ({"host": "*.dynamics.com"}, False),
        ({"account": "ada@*"}, True),
        ({"account": "ADA@contoso.example"}, True),
        ({"account": "fay@*"}, False),
    ],
)
def test_a_fault_strikes_the_requests_it_fits(make_asker, fault, struck):
    assert (reply_with(make_asker, {"kind": "unavailable", **fault}).status == 503) is struck


def test_a_fault_for_an_account_follows_it_to_every_leg_that_names_it(make_asker):
    fault = {"kind": "unavailable", "account": "*@fed.contoso.example", "leg": "wstrust"}
    assert make_asker({"faults": [fault]}).rst("fay@fed.contoso.example", "x").status == 503
    fault = {"kind": "unavailable", "account": "ada@*", "leg": "whoami"}
    asker = make_asker({"faults": [fault]})
    token = json.loads(asker.token().body)["access_token"]
    assert asker.dataverse("/api/data/v9.2/WhoAmI", token).status == 503
    assert asker.dataverse("/api/data/v9.2/accounts", token).status == 200


def test_a_fault_strikes_as_often_as_it_says_and_then_no_more(make_asker):
    asker = make_asker({"faults": [{"kind": "unavailable", "times": 2, **TOKEN}]})
    assert [asker.token().status for _ in range(3)] == [503, 503, 200]


def test_the_first_fault_that_fits_strikes(make_asker):
    asker = make_asker({"faults": [{"kind": "unavailable", "times": 1}, {"kind": "throttled"}]})
    assert [asker.token().status for _ in range(2)] == [503, 429]


def test_a_host_can_lose_its_name(make_asker, names):
    state = make_asker({"faults": [{"kind": "no-dns", "host": "*.crm4.dynamics.com", "times": 1}]}).state
    assert [of_host(state, names.org, "no-dns") for _ in range(2)] == [True, False]
    assert not of_host(state, "login.microsoftonline.com", "no-dns")


@pytest.mark.parametrize(
    ("host", "method", "path", "leg"),
    [
        ("login.microsoftonline.com", "GET", "/common/userrealm/ada@contoso.example", "realm"),
        (
            "login.microsoftonline.com",
            "GET",
            "/contoso.example/v2.0/.well-known/openid-configuration",
            "openid",
        ),
        ("login.microsoftonline.com", "GET", "/common/discovery/instance", "instance"),
        ("sts.contoso.example", "GET", "/adfs/services/trust/mex", "mex"),
        ("contoso.crm4.dynamics.com", "GET", "/api/data/v9.2/WhoAmI", "challenge"),
    ],
)
def test_every_leg_has_its_name(make_asker, host, method, path, leg):
    asker = make_asker({"faults": [{"kind": "unavailable", "leg": leg}]})
    assert asker.send(host, method, path).status == 503


@pytest.mark.parametrize("path", ["/", "/nothing/here", "/contoso.example/oauth2/v2.0/logout"])
def test_what_nobody_answers_is_404(make_asker, path):
    assert make_asker().send("login.microsoftonline.com", "POST", path).status == 404


def test_a_request_without_an_account_names_none(make_asker):
    state = make_asker().state
    exchange, _ = routed(state, Exchange("login.microsoftonline.com", "GET", "/common/discovery/instance"))
    assert named(state, exchange) == ("", False)
