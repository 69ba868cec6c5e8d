"""Forms without a secret: sent again when the trouble may pass, and never taken for a spent attempt."""

import pytest

from auditor.errors import NetworkError
from auditor.model import Failure, Leg
from tests.network.conftest import reply

FORM = b"client_id=00000000-aaaa-bbbb-cccc-000000000001"


def _post(door, server):
    return door.post(server.url("/devicecode"), Leg.DEVICE_CODE, {}, FORM)


def test_a_form_without_a_secret_is_sent_again_whole_when_the_trouble_may_pass(open_door, scripted):
    server = scripted(reply(503), None, reply(200, b"{}"))
    door = open_door()
    with door.recording() as calls:
        assert _post(door, server).status == 200
    assert [received.endswith(FORM) for received in server.received] == [True] * 3
    assert [call.secret_sent for call in calls] == [False] * 3
    assert len(open_door.slept) == 2


def test_a_form_without_a_secret_that_gets_no_answer_spends_no_attempt(open_door, scripted):
    server = scripted(None, None, None)
    with pytest.raises(NetworkError) as caught:
        _post(open_door(), server)
    assert caught.value.failure is Failure.RESET
    assert not caught.value.sent


def test_a_form_without_a_secret_follows_no_redirect(open_door, scripted):
    server = scripted(reply(307, location="https://elsewhere.example/"))
    with pytest.raises(NetworkError) as caught:
        _post(open_door(), server)
    assert (caught.value.failure, caught.value.sent) == (Failure.REDIRECT, False)
    assert len(server.received) == 1
