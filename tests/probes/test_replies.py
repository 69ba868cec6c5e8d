"""Reading replies: every form becomes an answer, and nothing raises."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Failure, Flow, Leg
from auditor.network import Reply
from auditor.probes.documents import json_object, xml_root
from auditor.probes.replies import MAX_TEXT, answer_of, soap_fault
from auditor.secrets import Secret


def answer(body, status=400, **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return answer_of(Flow.ROPC, Leg.TOKEN, Reply(status, headers, raw, "login.example"))


def test_dataverse_errors_give_their_hexadecimal_code():
    body = {"error": {"code": "0x80072560", "message": "The user is not a member of the organization."}}
    got = answer(body, 403)
    assert (got.dataverse_code, got.text) == ("0x80072560", "The user is not a member of the organization.")


def test_a_code_inside_the_message_counts_where_the_code_field_is_empty():
    assert answer({"error": {"code": "", "message": "Failed: 0x80042F09"}}).dataverse_code == "0x80042f09"


@pytest.mark.parametrize("codes", [[50126], ["50126"]])
def test_codes_are_numbers(codes):
    assert answer({"error": "x", "error_codes": codes}).codes == (50126,)


@pytest.mark.parametrize("codes", [None, "50126", [True, None, "x", 5.5], {"a": 1}])
def test_what_is_no_code_is_no_code(codes):
    assert answer({"error": "x", "error_codes": codes}).codes == ()


@pytest.mark.parametrize(
    "page",
    [
        b"<html>portal</html>",
        b"\n <!DOCTYPE HTML PUBLIC '-//W3C'><p>",
        b"<!-- guest network -->\n<head>",
        b"<?xml version='1.0'?><!DOCTYPE html><html/>",
        b"<script>location='http://portal.example'</script>",
    ],
)
def test_a_page_where_an_answer_was_due_is_something_in_between(page):
    assert answer(page, 200).failure is Failure.PORTAL


@pytest.mark.parametrize("body", [b"", b"busy", b"<a/>", b"<htmlx/>", b"[]"])
def test_what_is_neither_answer_nor_page_is_not_understood(body):
    assert answer(body, 200).failure is Failure.NOT_UNDERSTOOD


def test_a_network_that_wants_a_sign_in_first_is_something_in_between():
    assert answer(b"<a>sign in to the network</a>", 511).failure is Failure.PORTAL


def test_html_is_kept_where_an_error_was():
    failed = answer(b"<html>busy</html>", 503)
    assert (failed.failure, failed.http_status, failed.text) == (None, 503, "<html>busy</html>")


def test_an_echoed_password_is_taken_out_of_every_field():
    planted = "correct  horse battery"
    body = {
        "error": planted,
        "suberror": planted,
        "error_description": f"AADSTS1: {planted}",
        "correlation_id": planted,
        "trace_id": planted,
    }
    for raw in (body, {"error": {"code": planted, "message": planted}}, f"<p>{planted}</p>".encode()):
        data = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
        got = answer_of(Flow.ROPC, Leg.TOKEN, Reply(400, {}, data, "login"), secret=Secret(planted))
        assert "horse" not in repr(got)
    fault = f"<E><Fault><faultcode>{planted}</faultcode><faultstring>{planted}</faultstring></Fault></E>"
    got = answer_of(Flow.ROPC, Leg.WSTRUST, Reply(500, {}, fault.encode(), "sts"), secret=Secret(planted))
    assert "horse" not in repr(got)


def test_both_separators_before_the_trailer_are_cut():
    for separator in ("\r\n", " "):
        text = f"AADSTS50126: Wrong.{separator}Trace ID: t{separator}Correlation ID: c"
        assert answer({"error": "x", "error_description": text}).text == "AADSTS50126: Wrong."


def test_deeply_nested_json_and_entity_bombs_are_refused_not_expanded():
    assert json_object("[" * 200_000) is None
    assert json_object('{"a":' * 200_000) is None
    bomb = '<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><b>&b;</b>'
    assert xml_root(bomb) is None


def test_a_deeply_nested_document_does_not_raise():
    xml_root("<a>" * 100_000)
    xml_root("<a>" * 50_000 + "</a>" * 50_000)


def test_soap_11_and_12_faults_give_code_and_reason():
    eleven = "<E><Fault><faultcode>s:Client</faultcode><faultstring>No</faultstring></Fault></E>"
    assert soap_fault(eleven) == ("Client", "No")
    twelve = (
        "<E><Fault><Code><Value>s:Sender</Value><Subcode><Value>a:FailedAuthentication</Value></Subcode></Code>"
        "<Reason><Text>ID3242</Text></Reason></Fault></E>"
    )
    assert soap_fault(twelve) == ("FailedAuthentication", "ID3242")
    assert soap_fault("<E/>") is None
    assert soap_fault("") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["error", "error_codes", "suberror", "claims", "message", "code", "access_token"])
            | st.text(),
            inner,
        )
    ),
)


@given(JSON | st.binary(), st.integers(100, 599))
def test_no_reply_raises_and_what_is_kept_is_bounded(body, status):
    got = answer(body, status)
    assert len(got.text) <= MAX_TEXT
    assert got.http_status == status


def test_observed_bodies_of_the_service_give_their_codes(shared):
    for item in json.loads((shared / "fixtures" / "observed_error_bodies.json").read_text()):
        got = answer(item["body"], item["http_status"])
        assert got.codes == tuple(item["body"]["error_codes"])
        assert got.suberror == item["body"].get("suberror", "")
        assert "Trace ID" not in got.text
