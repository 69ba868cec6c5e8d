"""The benchmark of collecting: every way asks the same, and nothing is said of time."""

import pytest

from benchmarks import server
from benchmarks.collect import CEILING, OURS, SCRIPT, SHARED, _way, service
from benchmarks.measure import measured

ONCE_A_RUN = {OURS: 5, SHARED: 1, SCRIPT: 0, CEILING: 0}
"""Tenant, environment, application twice, and msal's own look at the tenant."""


@pytest.fixture(scope="module")
def environment():
    with service(0) as found:
        yield found


@pytest.mark.parametrize("way", ONCE_A_RUN)
def test_every_way_sends_the_same_requests_an_account(environment, way):
    said = measured(_way(way, 8, environment)).said
    assert said["accounts"] == 8
    assert said["requests"] == 8 * 2 + 8 / 4 + ONCE_A_RUN[way]


@pytest.mark.parametrize(
    ("head", "body", "kind"),
    [
        (b"GET /common/userrealm/u1%40x HTTP/1.1", b"", "realm"),
        (b"GET /t/v2.0/.well-known/openid-configuration HTTP/1.1", b"", "openid"),
        (b"POST /t/oauth2/v2.0/devicecode HTTP/1.1", b"", "device code"),
        (b"POST /t/oauth2/v2.0/token HTTP/1.1", b"device_code=D", "waiting"),
        (b"POST /t/oauth2/v2.0/token HTTP/1.1", b"username=u000004%40x", "token"),
        (b"POST /t/oauth2/v2.0/token HTTP/1.1", b"username=u000005%40x", "refused"),
        (b"GET /api/data/v9.2/WhoAmI HTTP/1.1", b"", "whoami"),
        (b"GET /api/data/v9.2/ HTTP/1.1", b"", "challenge"),
    ],
)
def test_each_request_has_its_reply(head, body, kind):
    assert server.kind_of(head, body) == kind
    assert server.REPLIES[kind].startswith(b"HTTP/1.1 ")
