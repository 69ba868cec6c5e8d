"""Twenty questions in one request: answers by id, each throttled and refused on its own."""

import json

import pytest

from auditor.directory.graph_batch import batched
from auditor.directory.graph_refusals import Unread
from auditor.directory.snapshot import Lack
from tests.directory.graph_lab import reply, scripted


def inner(number, status=200, body=None, **headers):
    return {"id": str(number), "status": status, "headers": headers, "body": body or {"n": number}}


def ask(*answers, keys="ab"):
    graph, door, clock = scripted(*answers)
    paths = {key: f"/users/{key}/x" for key in keys}
    return dict(batched(graph, "beta", paths, "Policy.Read.All")), door, clock


def test_answers_are_found_by_their_id_in_whatever_order():
    found, door, _ = ask(reply({"responses": [inner(2), inner(1)]}))
    assert found == {"a": {"n": 1}, "b": {"n": 2}}
    sent = json.loads(door.asked[0][3])["requests"]
    assert sent[0] == {"id": "1", "method": "GET", "url": "/users/a/x"}
    assert door.asked[0][1].endswith("/beta/$batch")


def test_one_that_was_throttled_is_asked_again_alone_after_the_time_it_names():
    slow = inner(1, 429, {"error": {}}, **{"Retry-After": "2.5"})
    found, door, clock = ask(reply({"responses": [slow, inner(2)]}), reply({"n": "again"}))
    assert found == {"a": {"n": "again"}, "b": {"n": 2}}
    assert door.asked[1][1].endswith("/beta/users/a/x")
    assert sum(clock.slept) == pytest.approx(2.5, abs=0.1)


def test_one_without_an_answer_is_asked_again_alone():
    found, _, _ = ask(reply({"responses": [inner(2)]}), reply({"n": "alone"}))
    assert found["a"] == {"n": "alone"}


def test_a_refusal_is_one_questions_own():
    found, _, _ = ask(reply({"responses": [inner(1, 404, {"error": {"code": "Gone"}}), inner(2)]}))
    assert isinstance(found["a"], Unread)
    assert found["a"].lack is Lack.NOT_FOUND
    assert found["b"] == {"n": 2}


@pytest.mark.parametrize("whole", [reply({"error": {"code": "No"}}, 403), reply({"responses": 7})])
def test_a_batch_that_fails_answers_each_of_its_questions_so(whole):
    found, _, _ = ask(whole)
    assert all(isinstance(answer, Unread) for answer in found.values())


def test_there_are_never_more_than_twenty_in_one():
    keys = [f"k{n}" for n in range(41)]
    sizes = (20, 20, 1)
    found, door, _ = ask(
        *(reply({"responses": [inner(n + 1) for n in range(size)]}) for size in sizes), keys=keys
    )
    assert list(found) == keys
    assert [len(json.loads(body)["requests"]) for *_, body in door.asked] == list(sizes)


@pytest.mark.parametrize("body", [None, [], "text", 7])
def test_an_answer_that_is_no_object_is_none(body):
    found, _, _ = ask(reply({"responses": [{"id": "1", "status": 200, "body": body}, inner(2)]}))
    assert isinstance(found["a"], Unread)
