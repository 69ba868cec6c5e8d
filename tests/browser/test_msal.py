"""People sign in interactively in real Chromium, with msal's own redirect server at the other end."""

import json
from base64 import urlsafe_b64decode

import msal
import pytest

from tests.browser import steps

AUTHORITY = "https://login.microsoftonline.com/contoso.example"
ADA, FAY = "ada@contoso.example", "fay@fed.contoso.example"
MFA = {"users.0.per_user_mfa": "enforced", "users.0.mfa_method": "entra"}
NO_CONSENT = {"tenants.0.grants": []}


def access(result):
    part = result["access_token"].split(".")[1]
    return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_a_password_alone(lab, open_page, sign_in, make_session, names):
    running = lab()
    waiting, page = sign_in(running), open_page(running)
    page.goto(waiting.url)
    steps.name(page)
    steps.password(page)
    steps.stay(page)
    result = waiting.ended()
    assert result["id_token_claims"]["preferred_username"] == ADA
    assert access(result)["amr"] == ["pwd"]
    headers = {"Authorization": f"Bearer {result['access_token']}"}
    assert (
        "UserId"
        in make_session(running).get(f"https://{names.org}/api/data/v9.2/WhoAmI", headers=headers).json()
    )
    assert running.submissions == {ADA: 1}


def test_a_second_factor_stands_in_amr(lab, open_page, sign_in):
    running = lab(MFA)
    waiting, page = sign_in(running, login_hint=ADA), open_page(running)
    page.goto(waiting.url)
    steps.password(page)
    steps.code(page, "000000")
    page.get_by_text("AADSTS500121").wait_for()
    steps.code(page)
    steps.stay(page)
    assert access(waiting.ended())["amr"] == ["pwd", "mfa"]


def test_a_method_that_is_registered_on_the_way(lab, open_page, sign_in):
    running = lab({"users.0.per_user_mfa": "enforced"})
    waiting, page = sign_in(running, login_hint=ADA), open_page(running)
    page.goto(waiting.url)
    steps.password(page)
    steps.code(page, press="Set up")
    steps.stay(page, "Yes")
    assert access(waiting.ended())["amr"] == ["pwd", "mfa"]


def test_a_federated_person_goes_through_their_ad_fs(lab, open_page, sign_in):
    running = lab()
    waiting, page = sign_in(running, login_hint=FAY, domain_hint="fed.contoso.example"), open_page(running)
    page.goto(waiting.url)
    assert page.url.startswith("https://sts.contoso.example/adfs/ls/")
    steps.password(page, "Right-horse-2")
    steps.stay(page)
    assert access(waiting.ended())["upn"] == FAY
    assert running.submissions == {FAY: 1}


def test_consent_given_now_and_the_password_grant_works_from_then_on(
    lab, open_page, sign_in, make_session, names
):
    running = lab(NO_CONSENT)
    waiting, page = sign_in(running, login_hint=ADA), open_page(running)
    page.goto(waiting.url)
    steps.password(page)
    steps.stay(page)
    page.get_by_text("Dataverse / Dynamics 365: user_impersonation").wait_for()
    steps.press(page, "Accept")
    assert "access_token" in waiting.ended()
    form = {
        "grant_type": "password",
        "client_id": names.resco,
        "username": ADA,
        "password": "Right-horse-1",
        "scope": f"https://{names.org}/user_impersonation",
    }
    assert "access_token" in make_session(running).post(f"{AUTHORITY}/oauth2/v2.0/token", data=form).json()


def test_declined_is_told_by_its_number(lab, open_page, sign_in):
    running = lab(NO_CONSENT)
    waiting, page = sign_in(running, login_hint=ADA), open_page(running)
    page.goto(waiting.url)
    steps.password(page)
    steps.stay(page)
    steps.press(page, "Cancel")
    result = waiting.ended()
    assert result["error"] == "access_denied"
    assert result["error_description"].startswith("AADSTS65004")


def test_cancelled_is_told_without_a_number(lab, open_page, sign_in):
    running = lab()
    waiting, page = sign_in(running), open_page(running)
    page.goto(waiting.url)
    steps.press(page, "Cancel")
    result = waiting.ended()
    assert (result["error"], "AADSTS" in result["error_description"]) == ("access_denied", False)


def test_nobody_comes_and_the_time_runs_out(lab, open_page, sign_in):
    running = lab()
    waiting, page = sign_in(running, timeout=1), open_page(running)
    page.goto(waiting.url)
    assert isinstance(waiting.ended(), msal.BrowserInteractionTimeoutError)
    assert not running.submissions


def test_another_account_than_the_one_meant_comes_back_under_its_own_name(lab, open_page, sign_in, make_data):
    bob = {"upn": "bob@contoso.example", "password": "Right-horse-8"}
    running = lab({"users": [*make_data()["users"], bob]})
    waiting, page = sign_in(running, login_hint=bob["upn"]), open_page(running)
    page.goto(waiting.url)
    page.get_by_text(bob["upn"]).wait_for()
    steps.press(page, "Sign in with another account")
    steps.name(page)
    steps.password(page)
    steps.stay(page)
    result = waiting.ended()
    assert result["id_token_claims"]["preferred_username"] == ADA
    assert running.submissions == {ADA: 1}


def test_where_an_administrator_has_to_approve_the_person_goes_back_without(lab, open_page, sign_in):
    running = lab({**NO_CONSENT, "tenants.0.user_consent": "admin-approval"})
    waiting, page = sign_in(running, login_hint=ADA), open_page(running)
    page.goto(waiting.url)
    steps.password(page)
    steps.stay(page)
    steps.heading(page, "Need admin approval")
    steps.press(page, "Return to the application without granting consent")
    assert waiting.ended()["error_description"].startswith("AADSTS90094")


def test_a_policy_that_blocks_stays_on_the_page(lab, open_page, sign_in):
    policy = {"name": "Block", "controls": ["block"]}
    running = lab({"tenants.0.policies": [policy]})
    waiting, page = sign_in(running, login_hint=ADA, timeout=3), open_page(running)
    page.goto(waiting.url)
    steps.password(page)
    page.get_by_text("AADSTS53003").wait_for()
    assert isinstance(waiting.ended(), msal.BrowserInteractionTimeoutError)


def test_without_javascript_a_button_goes_on(lab, open_page, sign_in):
    running = lab()
    waiting, page = sign_in(running, login_hint=ADA), open_page(running, java_script_enabled=False)
    page.goto(waiting.url)
    steps.password(page)
    steps.stay(page)
    steps.press(page, "Continue")
    assert "access_token" in waiting.ended()


def test_who_stays_signed_in_is_not_asked_again(lab, open_page, sign_in):
    running = lab()
    waiting, page = sign_in(running, login_hint=ADA), open_page(running)
    page.goto(waiting.url)
    steps.password(page)
    steps.stay(page, "Yes")
    assert "access_token" in waiting.ended()
    again = sign_in(running, login_hint=ADA)
    page.goto(again.url)
    assert "access_token" in again.ended()
    assert running.submissions == {ADA: 1}


@pytest.mark.parametrize("mode", ["query", "fragment"])
def test_the_native_clients_page_takes_the_answer(lab, open_page, names, mode):
    native = "https://login.microsoftonline.com/common/oauth2/nativeclient"
    running = lab(NO_CONSENT)
    page = open_page(running)
    page.goto(
        f"{AUTHORITY}/oauth2/v2.0/authorize?client_id={names.resco}&response_type=code&redirect_uri={native}"
        f"&scope=https%3A%2F%2F{names.org}%2Fuser_impersonation&prompt=consent&login_hint={ADA}"
        f"&response_mode={mode}&state=x"
    )
    steps.password(page)
    steps.stay(page)
    steps.press(page, "Accept")
    steps.heading(page, "You can close this window")
    assert ("#code=" if mode == "fragment" else "?code=") in page.url
    assert running.state.world.tenants[0].grants[0].users == (ADA,)


def test_the_key_enter_goes_on(lab, open_page, sign_in):
    running = lab({**MFA, **NO_CONSENT})
    waiting, page = sign_in(running), open_page(running)
    page.goto(waiting.url)
    for label, text in (("Email or user name", ADA), ("Password", "Right-horse-1"), ("Code", "246810")):
        page.get_by_label(label).fill(text)
        page.get_by_label(label).press("Enter")
    steps.stay(page)
    steps.press(page, "Accept")
    assert "access_token" in waiting.ended()
