import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model import Answer, Flow, Leg
from auditor.rulebook.reader import read, read_answer, unwrapped

PIECES = [
    "AADSTS50076",
    "AADSTS",
    "AADB2C90083",
    '"error_codes":[',
    "50126",
    "70002,",
    "]",
    "error=access_denied&",
    "%3a+",
    "%25",
    "%35",
    "&#53;",
    "\\r\\n",
    '\\"',
    "Error Code: ",
    "-2147220960",
    "0x80040220",
    "<s:Fault>",
    "<a:Value>a:FailedAuthentication</a:Value>",
    "status code 503",
    "/error?code=",
    "\u200b",
    "\x00",
    "\ud800",
]
scraps = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=25).map("".join)
INVISIBLE = str.maketrans("", "", "\u200b\u00ad\ufeff")


def digits_stand_in(raw: str, answer: Answer) -> bool:
    visible = raw.translate(INVISIBLE)
    return all(str(code) in visible for code in answer.codes)


@settings(max_examples=400)
@given(raw=scraps, flow=st.sampled_from(["ropc", "wstrust", "dataverse", "nonsense", ""]))
def test_nothing_is_too_strange_to_be_read_and_no_number_is_invented(raw, flow):
    answer = read_answer(raw, {"flow": flow})
    assert isinstance(answer, Answer)
    assert digits_stand_in(raw, answer)
    assert len(answer.text) <= 20_000


@settings(max_examples=150)
@given(data=st.data())
def test_a_spoilt_answer_of_the_corpus_is_read_and_no_number_is_invented(shared, data):
    lines = (shared / "corpus" / "answers-dev.jsonl").read_text(encoding="utf-8").splitlines()
    raw = json.loads(data.draw(st.sampled_from(lines)))["raw"]
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, len(raw)))
    spoilt = raw[:start] + data.draw(st.text(max_size=6)) + raw[end:]
    assert digits_stand_in(spoilt, read_answer(spoilt))


@pytest.mark.parametrize(
    "piece",
    [
        "AADSTS",
        "%41",
        "%2525",
        "&amp;",
        "<",
        "<a:",
        '"',
        " ",
        "\\n",
        "error code ",
        "error_codes:[",
        "\n at a.b(",
    ],
)
def test_a_megabyte_is_read(piece):
    # a pattern that is not linear in the text would hang here
    assert read(piece * (1_000_000 // len(piece))).answer.dataverse_code == ""


def test_numbers_inside_encodings_are_read_as_they_were_written():
    encoded = (
        "?error=access_denied&error_description=AADSTS65004%3a+User+declined+to+consent.%0d%0aTrace+ID%3a+1"
    )
    answer = read_answer(encoded)
    assert answer.codes == (65004,)
    assert answer.text == "AADSTS65004: User declined to consent."
    assert read_answer("https%253A%252F%252Flogin.example%252Ferror%253Fcode%253D50057").codes == (50057,)
    assert unwrapped("say \\u0027yes\\u0027 &amp; go") == "say 'yes' & go"


def test_digits_that_nobody_wrote_are_not_decoded_into_a_number():
    assert read_answer("AADSTS%35%30%30%37%36").codes == ()
    assert read_answer("AADSTS5007&#54;").codes == (5007,)


@pytest.mark.parametrize(
    ("word", "flow", "sent"),
    [
        ("ropc", Flow.ROPC, True),
        ("wstrust", Flow.ROPC, True),
        ("auth-code", Flow.AUTH_CODE, False),
        ("refresh", Flow.REFRESH, False),
        ("Device Code", Flow.DEVICE_CODE, False),
        ("client_credentials", Flow.CLIENT_CREDENTIALS, False),
        ("dataverse", Flow.DATAVERSE, False),
        ("forum", Flow.PASTED, False),
        ("", Flow.PASTED, False),
    ],
)
def test_the_context_says_whether_a_password_was_sent(word, flow, sent):
    answer = read_answer("AADSTS50076", {"flow": word})
    assert (answer.flow, answer.sent) == (flow, sent)


def test_windows_sign_in_at_the_provider_sends_no_password():
    address = "https://sts.contoso.example/adfs/services/trust/13/windowstransport"
    raw = f"Federated service at {address} returned error:"
    assert read_answer(raw, {"flow": "wstrust"}).flow is Flow.INTEGRATED


def test_soap_faults_are_read_even_when_cut():
    raw = (
        "<s:Envelope><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>"
        "<s:Value>a:FailedAuthentication</s:Value></s:Subcode></s:Code><s:Reason><s:Text>ID3242: The secur"
    )
    answer = read_answer(raw)
    assert (answer.fault, answer.leg) == ("FailedAuthentication", Leg.WSTRUST)
    quoted = "WsTrust server returned error in RSTR: {'reason': 'x', 'code': 'a:RequestFailed'}"
    assert read_answer(quoted).fault == "RequestFailed"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("HTTP/1.1 429 Too Many Requests", 429),
        ("The remote server returned an error: (401) Unauthorized.", 401),
        ("Response status code does not indicate success: 400 (Bad Request).", 400),
        ("HTTP Error: 503", 503),
        ("Metadata request returned a 403 code", 403),
        ("<html><title>502 Bad Gateway</title>", 502),
        ("room 503", None),
    ],
)
def test_an_http_status_is_read_where_it_is_named(raw, status):
    assert read_answer(raw).http_status == status


def test_errors_and_suberrors_are_found_without_json():
    cut = '{"error":"invalid_grant","error_codes":[redacted:id],"suberror":"basic_action'
    answer = read_answer(cut)
    assert (answer.error, answer.suberror, answer.codes) == ("invalid_grant", "basic_action", ())
    ios = "UserInfo={MSALOAuthErrorKey=unauthorized_client, MSALOAuthSubErrorKey=protection_policy_required}"
    assert read_answer(ios).suberror == "protection_policy_required"
    assert read_answer("?error=access_denied&error_subcode=cancel").suberror == "cancel"


def test_a_pasted_token_is_not_kept():
    raw = '{"token_type":"Bearer","access_token":"eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0.e30.AAAA"}'
    answer = read_answer(raw, {"flow": "ropc"})
    assert answer.success
    assert "eyJ" not in answer.text


def test_numbers_of_azure_ad_b2c_stand_apart():
    pasted = read('{"error":"invalid_request","error_description":"AADB2C90083: The request is missing"}')
    assert pasted.b2c == ("AADB2C90083",)
    assert pasted.answer.codes == ()


def test_whatever_a_context_holds_is_borne():
    assert read_answer("AADSTS50076", {"flow": None, "app": 3}).flow is Flow.PASTED  # type: ignore[dict-item]  # from a file
