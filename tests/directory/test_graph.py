"""Asking Graph: pages and their ends, waiting, refusals, and where a token never goes."""

from contextlib import suppress
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.directory.graph import PER_SECOND, Ask, Graph, Limit, new_graph
from auditor.directory.graph_refusals import Unread, document, refused, with_roles
from auditor.directory.snapshot import Lack
from auditor.errors import DirectoryError, NetworkError
from auditor.model import Failure
from tests.directory.graph_lab import HOST, Clock, Script, Tokens, reply, scripted

ASK = Ask("/v1.0/users?$top=2", "User.Read.All")
SLOW = {"error": {"code": "TooManyRequests", "message": "Please retry again later."}}


def link(path):
    return f"https://{HOST}{path}"


def page(*values, onward=None):
    return reply({"value": list(values), **({"@odata.nextLink": onward} if onward else {})})


def pages_of(*answers, most=100):
    graph, door, _ = scripted(*answers)
    return [row for found in graph.pages(ASK, most) for row in found["value"]], door


def why(*answers, most=100):
    graph, door, _ = scripted(*answers)
    with pytest.raises(Unread) as caught:
        list(graph.pages(ASK, most))
    return caught.value, door


def test_pages_are_followed_to_the_end_and_keep_no_link():
    graph, door, _ = scripted(page(1, 2, onward=link("/v1.0/users?$skiptoken=a%20b")), page(3))
    found = list(graph.pages(ASK))
    assert found == [{"value": [1, 2]}, {"value": [3]}]
    assert door.asked[1][1] == link("/v1.0/users?$skiptoken=a%20b")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/v1.0/users",
        f"http://{HOST}/v1.0/users",
        f"https://{HOST}.evil.example/v1.0",
        f"https://{HOST}@evil.example/v1.0/users",
        f"https://{HOST}:8443/v1.0/users",
        "/v1.0/users?$skiptoken=x",
        7,
    ],
)
def test_a_link_that_leads_elsewhere_is_not_followed(elsewhere):
    error, door = why(page(1, onward=elsewhere))
    assert "another host" in error.detail
    assert len(door.asked) == 1


def test_links_in_a_circle_come_to_an_end():
    error, _ = why(*(page(n, onward=link("/v1.0/users?$top=2")) for n in range(5)))
    assert "circle" in error.detail


def test_the_same_page_under_ever_new_addresses_comes_to_an_end():
    error, door = why(*(page(1, 2, onward=link(f"/v1.0/users?$skiptoken={n}")) for n in range(9)))
    assert "comes again" in error.detail
    assert len(door.asked) == 2


def test_empty_pages_without_end_come_to_an_end():
    error, door = why(*(page(onward=link(f"/v1.0/users?$skiptoken={n}")) for n in range(60)))
    assert "empty pages" in error.detail
    assert len(door.asked) == 20


def test_a_few_empty_pages_are_no_end():
    rows, _ = pages_of(page(onward=link("/v1.0/u?1")), page(onward=link("/v1.0/u?2")), page(5))
    assert rows == [5]


def test_pages_without_number_come_to_an_end():
    numbers = count()
    error, _ = why(*(page(next(numbers), onward=link(f"/v1.0/u?{n}")) for n in range(9)), most=7)
    assert error.detail == "more than 7 pages"


def test_what_was_read_before_the_end_is_there():
    graph, _, _ = scripted(page(1, onward=link("/v1.0/u?1")), reply(SLOW, 403))
    found = []
    with pytest.raises(Unread):
        found.extend(graph.pages(ASK))
    assert [one["value"] for one in found] == [[1]]


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"", b'{"value": {}}', b'{"value', b"[" * 100_000])
def test_what_is_no_list_is_no_answer(body):
    error, _ = why(reply(body))
    assert error.lack is Lack.FAILED


@pytest.mark.parametrize(
    ("header", "waited"),
    [
        ({"retry_after": "2.128"}, 2.128),
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": "Sun, 22 Nov 2026 12:00:09 GMT"}, 9.0),
        ({}, 1.0),
        ({"retry_after": "soon"}, 1.0),
    ],
)
def test_graph_is_left_alone_for_as_long_as_it_asks(header, waited):
    graph, _, clock = scripted(reply(SLOW, 429, **header), page(1))
    assert list(graph.pages(ASK)) == [{"value": [1]}]
    assert sum(clock.slept) == pytest.approx(waited)


def test_without_a_word_from_graph_the_waits_grow_and_end():
    graph, door, clock = scripted(*[reply(SLOW, 429)] * 6)
    with pytest.raises(Unread) as caught:
        graph.get(ASK)
    assert caught.value.lack is Lack.THROTTLED
    assert [round(wait) for wait in clock.slept] == [1, 2, 4, 8, 16]
    assert len(door.asked) == 6


def test_whoever_asks_to_be_left_alone_for_an_hour_is():
    graph, door, clock = scripted(reply(SLOW, 429, retry_after="3600"))
    with pytest.raises(Unread) as caught:
        graph.get(ASK)
    assert (caught.value.lack, clock.slept, len(door.asked)) == (Lack.THROTTLED, [], 1)


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_refusal_is_not_asked_again(status):
    error, door = why(reply({"error": {"code": "Nope", "message": "No."}}, status))
    assert "Nope: No." in error.detail
    assert len(door.asked) == 1


def test_a_broken_connection_is_asked_again_and_a_missing_name_is_not():
    graph, door, _ = scripted(NetworkError(Failure.RESET, HOST), reply({"id": 1}))
    assert graph.get(ASK) == {"id": 1}
    error, door = why(NetworkError(Failure.DNS, HOST))
    assert (error.lack, len(door.asked)) == (Lack.FAILED, 1)


def test_a_token_that_is_not_taken_is_renewed_once():
    graph, door, _ = scripted(reply({}, 401), reply({"id": 1}))
    assert graph.get(ASK) == {"id": 1}
    assert [headers["Authorization"][-1] for _, _, headers, _ in door.asked] == ["0", "1"]
    error, door = why(reply({}, 401), reply({}, 401))
    assert (error.lack, len(door.asked)) == (Lack.REFUSED, 2)


def test_a_sign_in_that_has_ended_is_a_reason():
    class Ended(Tokens):
        def token(self, permission, *, renew=False):
            raise DirectoryError("no token any more")

    with pytest.raises(Unread, match="no token any more"):
        Graph(Script(), HOST, Ended(), Clock().pace).get(ASK)


def test_a_reply_that_repeats_the_token_is_not_kept():
    error, _ = why(reply({"value": [{"echo": "planted-token-0"}]}))
    assert "token" in error.detail
    assert "planted" not in str(error)


def test_an_address_is_encoded_and_a_link_is_left_as_it_came():
    graph, door, _ = scripted(page(1, onward=link("/v1.0/u?$skiptoken=%2B%20x")), page(2))
    list(graph.pages(Ask("/v1.0/u?$filter=appId in ('a','b')", "X")))
    assert [url for _, url, _, _ in door.asked] == [
        link("/v1.0/u?$filter=appId%20in%20('a','b')"),
        link("/v1.0/u?$skiptoken=%2B%20x"),
    ]


@pytest.mark.parametrize("limit", list(Limit))
def test_requests_keep_to_the_pace_of_their_limit(limit):
    graph, _, clock = scripted(*[reply({})] * 5)
    for _ in range(5):
        graph.get(Ask("/v1.0/x", "X", limit))
    assert clock.seconds == pytest.approx(4 / PER_SECOND[limit])


def test_policies_are_asked_for_once_a_second_and_reports_five_times_in_ten():
    assert (PER_SECOND[Limit.POLICIES], PER_SECOND[Limit.REPORTS]) == (1.0, 0.5)


def test_only_reading_requests_exist():
    graph, door, _ = scripted(reply({}), reply({}))
    graph.get(ASK)
    graph.get(Ask("/v1.0/$batch", "X", body={"requests": []}))
    assert [method for method, *_ in door.asked] == ["GET", "POST"]


PREMIUM = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"


@pytest.mark.parametrize(
    ("status", "code", "lack"),
    [
        (403, PREMIUM, Lack.NO_LICENCE),
        (401, PREMIUM, Lack.NO_LICENCE),
        (403, PREMIUM + "X", Lack.REFUSED),
        (403, PREMIUM[:-1], Lack.REFUSED),
        (403, "Authorization_RequestDenied", Lack.REFUSED),
        (404, "Request_ResourceNotFound", Lack.NOT_FOUND),
        (429, "TooManyRequests", Lack.THROTTLED),
        (503, "", Lack.FAILED),
        (400, "BadRequest", Lack.FAILED),
    ],
)
def test_a_licence_is_missing_only_where_graph_says_so(status, code, lack):
    error = refused(status, {"error": {"code": code, "message": "m"}})
    assert error.lack is lack
    assert ("reported also where a licence is there" in error.detail) is (lack is Lack.NO_LICENCE)


def test_a_role_is_missing_only_where_the_token_names_its_roles_and_none_will_do():
    error = refused(403, {"error": {"code": "Authorization_RequestDenied"}})
    needed = {"r1": "Global Reader", "r2": "Security Reader"}
    assert with_roles(error, {"r9"}, needed).lack is Lack.NO_ROLE
    assert "Global Reader, Security Reader" in with_roles(error, set(), needed).detail
    for held, wanted in ((None, needed), ({"r1"}, needed), ({"r9"}, {})):
        assert with_roles(error, held, wanted) is error
    other = refused(404, None)
    assert with_roles(other, {"r9"}, needed) is other


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(st.integers(0, 999), st.fixed_dictionaries({}, optional={"error": json_values}) | json_values)
def test_any_refusal_has_a_reason(status, body):
    assert refused(status, body).missing.lack in Lack


@given(st.text())
def test_any_text_is_an_object_or_a_reason(text):
    with suppress(Unread):
        assert isinstance(document(text), dict)


def test_unpaced_it_rests_only_where_it_is_told_to():
    slept = []

    def rest(seconds):
        slept.append(round(seconds))
        return True

    door = Script(*[page(n) for n in range(5)], reply(SLOW, 429, retry_after="7"), page(6))
    graph = new_graph(door, HOST, Tokens(), rest, paced=False)
    assert [graph.get(ASK)["value"] for _ in range(6)] == [[0], [1], [2], [3], [4], [6]]
    assert slept == [7]
