"""Dataverse with the token: WhoAmI and one key of one table, of which nothing is kept."""

import pytest

from auditor.errors import NetworkError, UsageError
from auditor.model import Failure
from auditor.probes.dataverse import Table, ask_table, ask_whoami, parse_table
from auditor.secrets import Secret
from tests.probes.conftest import HOST, FakeDoor, as_json, as_text, case_of, outlook

TOKEN = Secret("planted-token")


def test_whoami_sends_the_token_to_the_environment_alone_and_keeps_nothing():
    door = FakeDoor(whoami=as_json({"UserId": "planted-user", "OrganizationId": "o"}))
    seen = ask_whoami(outlook(door), case_of(), TOKEN)
    ((_, url, headers),) = door.gets
    assert url == f"https://{HOST}/api/data/v9.2/WhoAmI"
    assert headers["Authorization"] == "Bearer planted-token"
    assert seen.answer.success
    assert "planted" not in repr(seen)


def test_a_row_is_asked_for_by_its_key_alone_and_dropped():
    door = FakeDoor(table=as_json({"value": [{"accountid": "planted-row"}]}))
    seen = ask_table(outlook(door), case_of(), TOKEN, Table("account", "accounts", "accountid"))
    assert door.gets[0][1].endswith("/accounts?$select=accountid&$top=1")
    assert seen.answer.success
    assert seen.details == {"table": "account"}
    assert "planted" not in repr(seen)


def test_a_token_is_never_in_a_request_that_may_be_repeated():
    door = FakeDoor(whoami=as_json({"UserId": "u"}), table=as_json({"value": []}))
    door.get = lambda *_: pytest.fail("asked in a way that repeats")
    door.get_once = lambda url, leg, headers: as_json({"UserId": "u", "value": []})
    ask_whoami(outlook(door), case_of(), TOKEN)
    ask_table(outlook(door), case_of(), TOKEN, parse_table("account"))


def test_an_empty_table_is_readable():
    seen = ask_table(
        outlook(FakeDoor(table=as_json({"value": []}))), case_of(), TOKEN, parse_table("contact")
    )
    assert seen.answer.success


@pytest.mark.parametrize(
    "reply", [as_json({}), as_json([]), as_text("<html>"), as_text("Forbidden", 403), as_text("", 401)]
)
def test_a_reply_without_an_identity_is_no_success(reply):
    assert not ask_whoami(outlook(FakeDoor(whoami=reply)), case_of(), TOKEN).answer.success


def test_no_reply_is_an_answer_too():
    door = FakeDoor(whoami=NetworkError(Failure.TIMEOUT, HOST))
    assert ask_whoami(outlook(door), case_of(), TOKEN).answer.failure is Failure.TIMEOUT


@pytest.mark.parametrize(
    ("text", "entity_set", "key"),
    [
        ("account", "accounts", "accountid"),
        ("Opportunity", "opportunities", "opportunityid"),
        ("survey", "surveys", "surveyid"),
        ("cr5_box", "cr5_boxes", "cr5_boxid"),
        ("cr5_people:cr5_personid", "cr5_people", "cr5_personid"),
    ],
)
def test_a_table_is_named_as_people_name_it(text, entity_set, key):
    table = parse_table(text)
    assert (table.entity_set, table.key) == (entity_set, key)


@pytest.mark.parametrize("text", ["", "none", "None"])
def test_no_table_may_be_asked_for(text):
    assert parse_table(text) is None


@pytest.mark.parametrize("text", ["a b", "accounts?$filter=x", "a:b:c", "../x", "1st"])
def test_a_text_that_would_change_the_request_is_refused(text):
    with pytest.raises(UsageError):
        parse_table(text)
