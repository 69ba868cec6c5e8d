import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.rulebook.numbers import b2c_codes, dataverse_code, entra_codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("AADSTS50076: Due to a configuration change", (50076,)),
        ("aaDSTS90093: Calling principal cannot consent", (90093,)),
        ("credentials.AADSTS70008: expired", (70008,)),
        ("failed\\nAADSTS50076", (50076,)),
        ("AADSTS 53003", (53003,)),
        ('"error_codes":[70002,500133]', (70002, 500133)),
        ('"error_codes": [\n  7000218\n ]', (7000218,)),
        ('"error_codes":["50126"]', (50126,)),
        ("error_codes: [1400001] })", (1400001,)),
        ('"error codes": [50076],"timestamp":"2021-11-18', (50076,)),
        ("https://login.microsoftonline.com/error?code=50057", (50057,)),
        ("https://login.chinacloudapi.cn/error?code=50057&x=1", (50057,)),
        ("Error Code: 53003\nRequest Id: 1", (53003,)),
        ("Sign-in error code 50199", (50199,)),
        ("Error(s): 70043 - Timestamp: 2024-05-05", (70043,)),
        ('{"errorNo":70043}', (70043,)),
        ("server_error_code:500011", (500011,)),
        ('errorCode": 50053,', (50053,)),
        ('"ResultType":"50126"', (50126,)),
        ("Fehlercode: 53003", (53003,)),
        ("エラー コード: 50105", (50105,)),
        ("50076", (50076,)),
        ("#50126", (50126,)),
        ("53003, 530035", (53003, 530035)),
    ],
)
def test_a_number_is_found_wherever_it_is_named(text, codes):
    assert entra_codes(text) == codes


@pytest.mark.parametrize(
    "text",
    [
        "AADSTS123456789: nine digits",
        "AADSTS: none",
        '"error_codes":[5007',
        "error_codes:[redacted:id]",
        "Code=-50004",
        "MSALInternalErrorCodeKey=-42002",
        '"ErrorSubCode":"70323"',
        "https://app.example/callback?code=50057",
        "port 50076 is in use",
        "order 53003 of 2024",
        "Error code: 404",
        "error 10054",
        "SqlException, error code: 18456",
        "Error code 40613 of a database",
        "AADB2C90083: not Entra ID's",
        "Authentication failed. MFA required. (10001)",
    ],
)
def test_what_only_looks_like_a_number_of_entra_id_is_left_alone(text):
    assert entra_codes(text) == ()


def test_a_named_number_gives_way_to_a_surer_one():
    assert entra_codes("AADSTS50076 behind error code: 53003") == (50076,)
    assert entra_codes("AADSTS53003; the log has Sign-in error code 50199") == (53003, 50199)


def test_numbers_of_azure_ad_b2c_are_kept_apart():
    assert b2c_codes("aadb2c90118: forgotten") == ("AADB2C90118",)
    assert b2c_codes("AADSTS90083") == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"error":{"code":"0x80072560","message":""}}', "0x80072560"),
        ("0X80040220", "0x80040220"),
        ("ErrorCode: -2147220960", "0x80040220"),
        ("2147746336", "0x80040220"),
        ("Error code 80072560", "0x80072560"),
        ("80095ffe", "0x80095ffe"),
        ("0x80040265 plug-in failed: 0x80040220", "0x80040220"),
        ("0x80040265", "0x80040265"),
        ("0x80131500", ""),
        ("HRESULT -2146233088", ""),
        ("0x80072EE7", ""),
        ("<psf:authstate>0x80048800</psf:authstate>", ""),
        ("0x800402201", ""),
        ("50076", ""),
    ],
)
def test_dataverse_codes_in_every_notation(text, code):
    assert dataverse_code(text) == code


@given(text=st.text(max_size=300))
def test_no_number_is_invented(text):
    assert all(str(code) in text for code in entra_codes(text))
    assert all(code.lower() in text.lower() for code in b2c_codes(text))
