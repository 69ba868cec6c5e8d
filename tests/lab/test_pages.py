"""The pages: who gets through, what they are asked, what comes back to the application."""

import json
from base64 import urlsafe_b64decode
from datetime import timedelta

import pytest

ADMIN = {
    "upn": "root@contoso.example",
    "password": "Right-horse-9",
    "directory_roles": ["Global Administrator"],
}
APP = "tenants.0.apps.0"
NAME = "resco-external-project"
MFA = {"users.0.per_user_mfa": "enforced", "users.0.mfa_method": "entra"}
NO_CONSENT = {"tenants.0.grants": []}


def read(reply):
    return json.loads(reply.body)


def claims(token):
    part = token.split(".")[1]
    return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def with_admin(make_data, **changes):
    users = [*make_data()["users"], ADMIN]
    return {"users": users, **{key.replace("__", "."): value for key, value in changes.items()}}


def test_a_person_signs_in_with_name_and_password_and_the_code_becomes_tokens(make_visitor, names):
    visitor = make_visitor()
    assert visitor.authorize(nonce="n-1", client_info="1").title == "Sign in"
    assert visitor.fill(login="Ada@contoso.example").title == "Enter password"
    assert visitor.fill(passwd="Right-horse-1").title == "Stay signed in?"
    visitor.fill(action="yes")
    assert visitor.came["state"] == "s-1"
    body = read(visitor.redeem())
    identity, access = claims(body["id_token"]), claims(body["access_token"])
    assert (identity["nonce"], identity["tid"]) == ("n-1", names.tenant)
    assert identity["preferred_username"] == "ada@contoso.example"
    assert identity["oid"] == access["oid"]
    assert (access["amr"], access["aud"]) == (["pwd"], f"https://{names.org}")
    assert visitor.asker.dataverse("/api/data/v9.2/WhoAmI", body["access_token"]).status == 200
    assert "amr" not in identity


def test_an_application_that_asks_for_it_is_told_in_the_id_token_how_somebody_signed_in(make_visitor):
    visitor = make_visitor(MFA)
    visitor.authorize(login_hint="ada@contoso.example", claims='{"id_token": {"amr": null}}', max_age="0")
    visitor.sign_in()
    visitor.fill(otc="246 810")
    visitor.fill(action="no")
    identity = claims(read(visitor.redeem())["id_token"])
    assert identity["amr"] == ["pwd", "mfa"]
    assert identity["auth_time"] == int(visitor.names.noon.timestamp())


def test_a_name_that_is_hinted_at_is_asked_for_its_password_alone_and_may_be_another_one(
    make_visitor, make_data
):
    visitor = make_visitor(with_admin(make_data))
    page = visitor.authorize(login_hint="ada@contoso.example")
    assert (page.title, "ada@contoso.example" in page.text) == ("Enter password", True)
    assert visitor.fill(action="another").title == "Sign in"
    visitor.sign_in("root@contoso.example", "Right-horse-9")
    assert claims(read(visitor.redeem())["access_token"])["upn"] == "root@contoso.example"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "incorrect"),
        ({"users.0.locked": True}, "locked"),
        ({"users.0.password_state": "none"}, "AADSTS50056"),
        ({"tenants.0.pass_through": "agent-unavailable"}, "AADSTS80001"),
    ],
)
def test_a_password_that_is_refused_is_asked_for_again_and_counted(make_visitor, changes, said):
    visitor = make_visitor(changes)
    visitor.authorize(login_hint="ada@contoso.example")
    page = visitor.fill(passwd="wrong")
    assert page.title == "Enter password"
    assert said in page.text
    assert visitor.asker.state.sign_ins[-1].code


def test_wrong_passwords_on_pages_lock_the_account_for_the_password_grant_too(make_visitor):
    visitor = make_visitor({"tenants.0.lockout": {"threshold": 2}})
    visitor.authorize(login_hint="ada@contoso.example")
    for wrong in ("one", "two"):
        visitor.fill(passwd=wrong)
    assert read(visitor.asker.token())["error_codes"] == [50053]


@pytest.mark.parametrize("upn", ["nobody@contoso.example", "ada@nowhere.example", "", "ada"])
def test_an_unknown_name_is_not_asked_for_a_password(make_visitor, upn):
    visitor = make_visitor()
    visitor.authorize()
    assert "could not find" in visitor.fill(login=upn).text


def test_a_personal_account_is_sent_away(make_visitor):
    visitor = make_visitor()
    visitor.authorize()
    assert "personal account" in visitor.fill(login="somebody@outlook.example").text


def test_who_must_do_mfa_enters_a_code_and_the_token_says_so(make_visitor):
    visitor = make_visitor(MFA)
    visitor.authorize(login_hint="ada@contoso.example")
    assert visitor.sign_in().title == "Verify your identity"
    assert "AADSTS500121" in visitor.fill(otc="000000").text
    visitor.fill(otc="246810")
    visitor.fill(action="no")
    body = read(visitor.redeem())
    assert claims(body["access_token"])["amr"] == ["pwd", "mfa"]
    form = {"grant_type": "refresh_token", "client_id": visitor.names.resco}
    options = {"tenant": visitor.names.tenant, "version": "v2.0/", "host": "login.microsoftonline.com"}
    form |= {
        "refresh_token": body["refresh_token"],
        "scope": f"https://{visitor.names.org}/user_impersonation",
    }
    again = read(visitor.asker.post_form({**options, "headers": {}}, form))
    assert claims(again["access_token"])["amr"] == ["pwd", "mfa"]


def test_nobody_who_was_not_asked_for_a_second_factor_has_given_one(make_visitor):
    visitor = make_visitor({"users.0.mfa_method": "entra"})
    visitor.authorize(login_hint="ada@contoso.example")
    visitor.sign_in()
    assert claims(read(visitor.redeem())["access_token"])["amr"] == ["pwd"]


def test_a_method_that_is_registered_on_a_page_is_there_afterwards(make_visitor):
    visitor = make_visitor({"users.0.per_user_mfa": "enforced"})
    assert read(visitor.asker.token())["error_codes"] == [50079]
    visitor.authorize(login_hint="ada@contoso.example")
    assert visitor.sign_in().title == "More information required"
    visitor.fill(otc="246810")
    visitor.fill(action="no")
    assert claims(read(visitor.redeem())["access_token"])["amr"] == ["pwd", "mfa"]
    assert read(visitor.asker.token())["error_codes"] == [50076]


def test_registering_can_be_forbidden(make_visitor):
    policy = {"name": "Register inside", "target": "register-security-info", "controls": ["block"]}
    visitor = make_visitor({"users.0.per_user_mfa": "enforced", "tenants.0.policies": [policy]})
    visitor.authorize(login_hint="ada@contoso.example")
    assert "AADSTS53010" in visitor.sign_in().text


@pytest.mark.parametrize(
    ("client_apps", "public", "blocked"),
    [
        ("browser", True, False),
        ("browser", False, True),
        ("mobile-apps-and-desktop-clients", True, True),
        ("mobile-apps-and-desktop-clients", False, False),
    ],
)
def test_policies_tell_desktop_apps_from_apps_of_the_web(make_visitor, client_apps, public, blocked):
    policy = {"name": "Block", "client_apps": [client_apps], "controls": ["block"]}
    app = {"app": NAME, "public_client": public}
    visitor = make_visitor({"tenants.0.policies": [policy], APP: app})
    visitor.authorize(login_hint="ada@contoso.example")
    page = visitor.sign_in()
    assert ("AADSTS53003" in page.text if page else False) == blocked


def test_an_account_that_is_disabled_or_not_assigned_gets_no_further(make_visitor):
    for changes, said in (
        ({"users.0.enabled": False}, "AADSTS50057"),
        ({APP: {"app": NAME, "assignment_required": True}}, "AADSTS50105"),
        ({APP: {"app": NAME, "preauthorized": False}}, "AADSTS65002"),
        ({APP: {"app": NAME, "permission": "missing"}, **NO_CONSENT}, "AADSTS650057"),
    ):
        visitor = make_visitor(changes)
        visitor.authorize(login_hint="ada@contoso.example")
        page = visitor.sign_in()
        assert said in page.text


def test_consent_given_on_the_page_lets_the_password_grant_work(make_visitor):
    visitor = make_visitor(NO_CONSENT)
    assert read(visitor.asker.token())["error_codes"] == [65001]
    visitor.authorize(login_hint="ada@contoso.example")
    page = visitor.sign_in()
    assert page.title == "Permissions requested"
    assert "Consent on behalf" not in page.text
    visitor.fill(action="accept")
    assert "code" in visitor.came
    assert "access_token" in read(visitor.asker.token())
    (grant,) = visitor.asker.state.world.tenants[0].grants
    assert (grant.all_users, grant.users, grant.scopes) == (
        False,
        ("ada@contoso.example",),
        ("user_impersonation",),
    )


def test_consent_is_for_the_one_who_gave_it(make_visitor, make_data):
    visitor = make_visitor(with_admin(make_data, tenants__0__grants=[]))
    visitor.authorize(login_hint="ada@contoso.example")
    visitor.sign_in()
    visitor.fill(action="accept")
    other = visitor.asker.token("root@contoso.example", "Right-horse-9")
    assert read(other)["error_codes"] == [65001]


def test_an_ordinary_person_cannot_consent_for_everybody_by_adding_the_box(make_visitor, make_data):
    visitor = make_visitor(with_admin(make_data, tenants__0__grants=[]))
    visitor.authorize(login_hint="ada@contoso.example")
    visitor.sign_in()
    visitor.fill(action="accept", everybody="yes")
    assert not visitor.asker.state.world.tenants[0].grants[0].all_users


def test_an_administrator_may_consent_for_everybody_on_the_page(make_visitor, make_data):
    visitor = make_visitor(with_admin(make_data, tenants__0__grants=[]))
    visitor.authorize(login_hint="root@contoso.example")
    page = visitor.sign_in(password="Right-horse-9")
    assert "Consent on behalf" in page.text
    visitor.fill(action="accept", everybody="yes")
    assert "access_token" in read(visitor.asker.token())


def test_who_declines_is_sent_back_with_the_number_of_it_and_nothing_is_granted(make_visitor):
    visitor = make_visitor(NO_CONSENT)
    visitor.authorize(login_hint="ada@contoso.example")
    visitor.sign_in()
    visitor.fill(action="cancel")
    assert (visitor.came["error"], visitor.came["error_subcode"]) == ("access_denied", "cancel")
    assert visitor.came["error_description"].startswith("AADSTS65004: ")
    assert not visitor.asker.state.world.tenants[0].grants


def test_who_cancels_the_sign_in_is_sent_back_without_a_number(make_visitor):
    visitor = make_visitor()
    visitor.authorize(login_hint="ada@contoso.example")
    visitor.fill(action="cancel")
    assert (visitor.came["error"], visitor.came["state"]) == ("access_denied", "s-1")
    assert "AADSTS" not in visitor.came["error_description"]


@pytest.mark.parametrize(
    "changes",
    [
        {"tenants.0.user_consent": "admin-approval"},
        {APP: {"app": NAME, "assignment_required": True, "assigned": ["Field"]}},
    ],
)
@pytest.mark.parametrize("prompt", ["", "consent"])
def test_where_people_may_not_consent_an_administrator_has_to(make_visitor, changes, prompt):
    grants = {} if prompt else NO_CONSENT
    visitor = make_visitor({**changes, **grants})
    visitor.authorize(login_hint="ada@contoso.example", prompt=prompt)
    assert visitor.sign_in().title == "Need admin approval"
    assert "code" not in (visitor.came or {})
    visitor.fill(action="accept")
    assert visitor.page.title == "Need admin approval"
    visitor.fill(action="cancel")
    assert visitor.came["error_description"].startswith("AADSTS90094: ")


def test_prompt_consent_asks_again_although_consent_is_there(make_visitor):
    visitor = make_visitor()
    visitor.authorize(login_hint="ada@contoso.example", prompt="consent")
    assert visitor.sign_in().title == "Permissions requested"
    visitor.fill(action="accept")
    assert "code" in visitor.came


def test_who_is_signed_in_goes_straight_through_and_can_be_asked_to_choose(make_visitor):
    visitor = make_visitor()
    visitor.authorize(login_hint="ada@contoso.example")
    visitor.sign_in()
    again = make_visitor(beside=visitor)
    assert again.authorize() is None
    assert "code" in again.came
    assert again.authorize(prompt="login", login_hint="ada@contoso.example").title == "Enter password"
    assert again.authorize(prompt="select_account").title == "Pick an account"
    assert again.fill(login="ada@contoso.example") is None
    assert make_visitor(beside=visitor).authorize(prompt="login").title == "Sign in"


def test_another_browser_knows_nobody(make_visitor, names):
    visitor = make_visitor()
    visitor.authorize(login_hint="ada@contoso.example")
    visitor.sign_in()
    other = make_visitor(beside=visitor)
    other.cookies = {}
    assert other.authorize(login_hint="ada@contoso.example").title == "Enter password"


def test_a_form_of_another_browser_or_of_a_visit_that_has_ended_is_refused(make_visitor):
    visitor = make_visitor()
    visitor.authorize(login_hint="ada@contoso.example")
    other = make_visitor(beside=visitor)
    other.cookies, other.page = {}, visitor.page
    assert other.fill(passwd="Right-horse-1").title == "Start again"
    ended = visitor.page
    visitor.sign_in()
    visitor.page = ended
    assert visitor.fill(passwd="Right-horse-1").title == "Start again"


def test_a_form_that_was_not_asked_for_changes_nothing(make_visitor):
    visitor = make_visitor({**MFA, **NO_CONSENT})
    page = visitor.authorize(login_hint="ada@contoso.example")
    visitor.page.action = "/common/page/consent"
    assert visitor.fill(action="accept").title == page.title
    visitor.sign_in()
    assert not visitor.asker.state.world.tenants[0].grants
    for step in ("stay", "consent", "confirm", "password", "username", "no-such-step"):
        visitor.page.action = f"/common/page/{step}"
        given = {"passwd": "Right-horse-1", "login": "fay@fed.contoso.example", "everybody": "yes"}
        assert visitor.fill(action="accept", **given).title == "Verify your identity"
    assert not visitor.asker.state.world.tenants[0].grants


@pytest.mark.parametrize(
    ("changes", "error"),
    [({}, ""), (NO_CONSENT, "AADSTS65001"), (MFA, "AADSTS50076")],
)
def test_a_silent_request_gets_a_code_or_the_reason_and_never_a_page(make_visitor, changes, error):
    visitor = make_visitor({})
    assert visitor.authorize(prompt="none") is None
    assert visitor.came["error"] == "login_required"
    visitor.authorize(login_hint="ada@contoso.example")
    visitor.sign_in()
    state = visitor.asker.state
    tenant, user = state.world.tenants[0], state.world.users[0]
    if changes is NO_CONSENT:
        state.change_tenant(tenant, grants=())
    if changes is MFA:
        state.change_user(user, per_user_mfa="enforced", mfa_method="entra")
    assert visitor.authorize(prompt="none") is None
    assert visitor.came.get("error_description", "").startswith(error)
    assert ("code" in visitor.came) == (not error)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"client_id": "7d1f0c52-8a43-4e61-b1f5-2c9e6a7b0d11"}, "AADSTS700016"),
        ({"client_id": "no-guid"}, "AADSTS700038"),
        ({"client_id": None}, "AADSTS900144"),
        ({"redirect_uri": "https://elsewhere.example/"}, "AADSTS50011"),
        ({"redirect_uri": "http://localhost:5000/path"}, "AADSTS50011"),
        ({"redirect_uri": "http://localhost.elsewhere.example:5000/"}, "AADSTS50011"),
        ({"redirect_uri": "http://user@localhost:5000/"}, "AADSTS50011"),
        ({"redirect_uri": "http://localhost:5000/\r\nX-A: b"}, "AADSTS50011"),
        ({"redirect_uri": "http://localhost:port/"}, "AADSTS50011"),
        ({"redirect_uri": None}, "AADSTS900971"),
        ({"tenant": "nowhere.example"}, "AADSTS90002"),
        ({"tenant": "harrow.example"}, "AADSTS900439"),
        ({"tenant": "common", "client_id": "7d1f0c52-8a43-4e61-b1f5-2c9e6a7b0d11"}, "AADSTS700016"),
        ({"tenant": "organizations", "redirect_uri": "https://elsewhere.example/"}, "AADSTS50011"),
    ],
)
def test_what_makes_the_applications_address_doubtful_stays_on_the_page(make_visitor, asked, said):
    visitor = make_visitor()
    page = visitor.authorize(**asked)
    assert (page.status, said in page.text) == (400, True)
    assert visitor.came is None


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"scope": "https://nowhere.crm4.dynamics.com/user_impersonation"}, "AADSTS500011"),
        ({"scope": "Nothing"}, "AADSTS70011"),
        ({"response_type": "token"}, "AADSTS700054"),
        ({"response_type": None}, "AADSTS900144"),
        ({"prompt": "dance"}, "The prompt"),
        ({"response_mode": "pigeon"}, "The response mode"),
    ],
)
def test_other_faults_of_a_request_go_back_to_the_application(make_visitor, asked, error):
    visitor = make_visitor()
    assert visitor.authorize(**asked) is None
    assert visitor.came["error_description"].startswith(error)
    assert visitor.came["state"] == "s-1"


@pytest.mark.parametrize(
    ("registered", "asked", "known"),
    [
        ("http://localhost:8400/back", "http://localhost:5000/back", True),
        ("http://localhost:8400/back", "http://localhost:5000/", False),
        ("http://localhost/back", "http://127.0.0.1:5000/back", False),
        ("https://web.contoso.example/back", "http://localhost:5000/back", False),
        ("http://web.contoso.example/back", "http://web.contoso.example:81/back", False),
        ("https://web.contoso.example/back", "https://web.contoso.example/back", True),
        ("https://web.contoso.example/back", "https://web.contoso.example/back/on", False),
    ],
)
def test_only_the_port_of_a_loopback_address_is_free(make_visitor, registered, asked, known):
    visitor = make_visitor({APP: {"app": NAME, "redirect_uris": [registered]}})
    page = visitor.authorize(redirect_uri=asked)
    assert (page.title == "Sign in", "AADSTS50011" in page.text) == (known, not known)


def test_a_code_is_worth_nothing_once_things_have_changed(make_visitor):
    for changes, code in (({"enabled": False}, 50057), ({"per_user_mfa": "enforced"}, 50079)):
        visitor = make_visitor()
        visitor.authorize(login_hint="ada@contoso.example")
        visitor.sign_in()
        state = visitor.asker.state
        state.change_user(state.world.users[0], **changes)
        assert read(visitor.redeem())["error_codes"] == [code]


@pytest.mark.parametrize("mode", ["query", "fragment", "form_post"])
def test_the_answer_goes_back_as_it_was_asked_for(make_visitor, mode):
    visitor = make_visitor()
    hostile = '"><script>alert(1)</script>&x=1'
    visitor.authorize(login_hint="ada@contoso.example", response_mode=mode, state=hostile)
    visitor.sign_in()
    assert visitor.came["state"] == hostile
    assert "access_token" in read(visitor.redeem())


def test_the_native_clients_address_takes_an_answer(make_visitor):
    native = "https://login.microsoftonline.com/common/oauth2/nativeclient"
    visitor = make_visitor()
    visitor.authorize(login_hint="ada@contoso.example", redirect_uri=native)
    visitor.sign_in()
    assert "access_token" in read(visitor.redeem(redirect_uri=native))
    assert visitor.asker.send("login.microsoftonline.com", "GET", "/common/oauth2/nativeclient").status == 200


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '" onfocus="alert(1)', "'><img src=x>"])
def test_nothing_from_outside_becomes_markup(make_visitor, text):
    visitor = make_visitor()
    for page in (
        visitor.authorize(login_hint=text),
        visitor.fill(login=text),
        visitor.authorize(client_id=text),
        visitor.authorize(tenant=text.replace("/", "")),
        visitor.open(f"https://sts.contoso.example/adfs/ls/?username={text.replace('#', '')}&wctx={text}"),
    ):
        assert text not in page.html
        assert "<img" not in page.html


def test_pages_load_nothing_and_are_not_kept(make_visitor):
    page = make_visitor().authorize()
    headers = dict(page.headers)
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["cache-control"] == "no-store"
    assert "http" not in page.html.replace("https://login", "")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"code_verifier": "another"}, 501481),
        ({"code_verifier": ""}, 900144),
        ({"redirect_uri": "http://localhost:5001/"}, 50011),
        ({"code": "made-up"}, 70008),
        ({"code": ""}, 900144),
        ({"client_id": "7d1f0c52-8a43-4e61-b1f5-2c9e6a7b0d11"}, 70008),
    ],
)
def test_a_code_is_for_who_asked_for_it(make_visitor, fields, code):
    visitor = make_visitor()
    visitor.authorize(login_hint="ada@contoso.example")
    visitor.sign_in()
    assert read(visitor.redeem(**fields))["error_codes"] == [code]


def test_a_code_is_good_once_and_for_ten_minutes(make_visitor, names):
    now = [names.noon]
    visitor = make_visitor(clock=lambda: now[0])
    visitor.authorize(login_hint="ada@contoso.example")
    visitor.sign_in()
    assert "access_token" in read(visitor.redeem())
    assert read(visitor.redeem())["error_codes"] == [54005]
    again = make_visitor(beside=visitor)
    again.authorize()
    now[0] += timedelta(minutes=10)
    assert read(again.redeem())["error_codes"] == [70008]


def test_an_app_that_keeps_a_secret_shows_it_when_it_redeems(make_visitor):
    app = {"app": NAME, "public_client": False, "secret": "Copper-lantern-31"}
    visitor = make_visitor({APP: app})
    visitor.authorize(login_hint="ada@contoso.example")
    visitor.sign_in()
    assert read(visitor.redeem())["error_codes"] == [7000218]
    assert read(visitor.redeem(client_secret="wrong"))["error_codes"] == [7000215]
    assert "access_token" in read(visitor.redeem(client_secret="Copper-lantern-31"))


def test_the_older_endpoint_asks_for_a_resource(make_visitor, names):
    visitor = make_visitor()
    resource = f"https://{names.org}/"
    visitor.authorize(version="", scope=None, resource=resource, login_hint="ada@contoso.example")
    visitor.sign_in()
    assert "code" in visitor.came


@pytest.mark.parametrize("tenant", ["common", "organizations"])
def test_without_a_tenant_in_the_address_it_is_the_persons_own(make_visitor, tenant):
    visitor = make_visitor()
    visitor.authorize(tenant=tenant)
    visitor.sign_in()
    assert claims(read(visitor.redeem())["access_token"])["tid"] == visitor.names.tenant


def test_another_providers_second_factor_is_asked_for_and_terms_of_use_end_the_visit(make_visitor):
    visitor = make_visitor({"users.0.per_user_mfa": "enforced", "users.0.mfa_method": "third-party"})
    visitor.authorize(login_hint="ada@contoso.example")
    assert "your provider's app" in visitor.sign_in().text
    visitor.fill(otc="246810")
    visitor.fill(action="no")
    assert "code" in visitor.came
    terms = {"name": "Terms", "controls": ["terms-of-use"]}
    other = make_visitor({"tenants.0.policies": [terms], "users.0.mfa_method": "entra"})
    other.authorize(login_hint="ada@contoso.example")
    assert "AADSTS50158" in other.sign_in().text


def test_a_policy_about_a_flow_leaves_others_alone(make_visitor):
    policy = {"name": "No device codes", "flows": ["device-code"], "controls": ["block"]}
    assert "access_token" in read(make_visitor({"tenants.0.policies": [policy]}).asker.token())


def test_scopes_are_added_to_what_a_person_had_consented_to(make_visitor):
    own = {"app": NAME, "users": ["ada@contoso.example"], "scopes": ["other"]}
    both = {"app": NAME, "users": ["ada@contoso.example", "fay@fed.contoso.example"], "scopes": ["third"]}
    visitor = make_visitor({"tenants.0.grants": [own, both]})
    visitor.authorize(login_hint="ada@contoso.example")
    visitor.sign_in()
    visitor.fill(action="accept")
    grants = visitor.asker.state.world.tenants[0].grants
    assert [(grant.users, grant.scopes) for grant in grants] == [
        (("ada@contoso.example", "fay@fed.contoso.example"), ("third",)),
        (("ada@contoso.example",), ("other", "user_impersonation")),
    ]
