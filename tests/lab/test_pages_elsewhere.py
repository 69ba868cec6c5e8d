"""Pages off the straight way: AD FS, guests, administrators' consent, codes of devices."""

import json
from base64 import urlsafe_b64decode
from urllib.parse import urlencode

import pytest

from auditor.lab.server import Lab
from tests.lab.visitor import BACK

FAY = ("fay@fed.contoso.example", "Right-horse-2")
STS = {"host": "sts.contoso.example"}
FEDERATION = "tenants.0.domains.1.federation"
ROLES = ["Global Administrator", "Privileged Role Administrator", "Application Administrator"]
APP = "tenants.0.apps.0"
NAME = "resco-external-project"
GRANT = "urn:ietf:params:oauth:grant-type:device_code"
HARROW = "6b0c8c5e-0000-4000-8000-000000000003"


def read(reply):
    return json.loads(reply.body)


def claims(token):
    part = token.split(".")[1]
    return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def access(visitor):
    return claims(read(visitor.redeem())["access_token"])


def at_sts(visitor, upn=FAY[0], password=FAY[1], **more):
    return visitor.fill(UserName=upn, Password=password, **more)


def test_a_federated_person_signs_in_at_their_ad_fs_and_comes_back(make_visitor):
    visitor = make_visitor()
    visitor.authorize()
    page = visitor.fill(login=FAY[0])
    assert (page.host, page.fields["UserName"]) == ("sts.contoso.example", FAY[0])
    assert at_sts(visitor).title == "Stay signed in?"
    visitor.fill(action="no")
    assert access(visitor)["upn"] == FAY[0]


def test_the_domain_alone_leads_to_the_ad_fs(make_visitor):
    visitor = make_visitor()
    assert visitor.authorize(domain_hint="fed.contoso.example").host == "sts.contoso.example"
    assert visitor.page.fields["UserName"] == ""
    at_sts(visitor)
    visitor.fill(action="no")
    assert access(visitor)["upn"] == FAY[0]
    assert make_visitor().authorize(domain_hint="contoso.example").title == "Sign in"


def test_the_ad_fs_counts_and_tells_no_reason(make_visitor):
    visitor = make_visitor({FEDERATION: {**STS, "lockout_threshold": 2}})
    visitor.authorize(login_hint=FAY[0])
    for _ in range(2):
        assert "Incorrect user ID or password" in at_sts(visitor, password="wrong").text
    assert "Incorrect user ID or password" in at_sts(visitor).text
    denied = make_visitor({"users.1.federation_access": "denied"})
    denied.authorize(login_hint=FAY[0])
    assert "MSIS7068" in at_sts(denied).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({FEDERATION: {**STS, "trust": "issuer-unknown"}}, "AADSTS50107"),
        ({FEDERATION: {**STS, "trust": "certificate-unknown"}}, "AADSTS50008"),
        ({"users.1.immutable_id": "mismatch"}, "AADSTS51004"),
    ],
)
def test_entra_id_may_not_believe_the_ad_fs(make_visitor, changes, said):
    visitor = make_visitor(changes)
    visitor.authorize(login_hint=FAY[0])
    assert said in at_sts(visitor).text


def test_an_assertion_that_was_not_issued_here_lets_nobody_in(make_visitor):
    visitor = make_visitor()
    visitor.authorize(login_hint=FAY[0])
    context = visitor.page.fields["wctx"]
    visitor.page.action = "https://login.microsoftonline.com/login.srf"
    visitor.page.fields = {"wctx": context, "wresult": "PHNhbWw+"}
    assert visitor.fill().title == "Start again"
    visitor.page.action = "https://login.microsoftonline.com/common/page/stay"
    visitor.page.fields = {"ctx": context}
    assert visitor.fill(action="yes").host == "sts.contoso.example"


@pytest.mark.parametrize(("code", "amr"), [("246810", ["pwd", "mfa"]), ("000000", None)])
def test_an_ad_fs_that_does_mfa_itself_asks_for_the_code(make_visitor, code, amr):
    changes = {"users.1.per_user_mfa": "enforced", "users.1.mfa_method": "entra"}
    visitor = make_visitor({**changes, FEDERATION: {**STS, "mfa": "provider"}})
    visitor.authorize(login_hint=FAY[0])
    page = at_sts(visitor, Code=code)
    if amr is None:
        assert "not right" in page.text
        return
    visitor.fill(action="no")
    assert access(visitor)["amr"] == amr


def test_who_has_no_method_at_an_ad_fs_that_does_mfa_gets_no_further(make_visitor):
    visitor = make_visitor({"users.1.per_user_mfa": "enforced", FEDERATION: {**STS, "mfa": "provider"}})
    visitor.authorize(login_hint=FAY[0])
    assert "AADSTS50079" in at_sts(visitor).text


def test_staged_rollout_asks_for_the_password_in_the_cloud(make_visitor):
    visitor = make_visitor({"users.1.staged_rollout": True})
    assert visitor.authorize(login_hint=FAY[0]).title == "Enter password"
    visitor.sign_in(*FAY)
    assert access(visitor)["upn"] == FAY[0]


@pytest.fixture
def guest_world(make_data):
    """Return changes with a guest of another tenant of the same cloud."""
    home = {**make_data()["tenants"][1], "id": HARROW, "name": "Tailspin", "cloud": "commercial"}
    home |= {"domains": [{"name": "tailspin.example"}]}
    zoe = {"upn": "zoe@tailspin.example", "password": "Right-horse-4"}
    guest = {"upn": "zoe_tailspin.example#EXT#@contoso.example", "guest_of": "tailspin.example"}

    def make(**changes):
        data = make_data()
        users = [*data["users"], zoe] + ([{**guest, **changes}] if changes.pop("invited", True) else [])
        return {"tenants": [*data["tenants"], home], "users": users}

    return make


def test_a_guest_signs_in_at_home_and_is_a_guest_here(make_visitor, guest_world):
    visitor = make_visitor(guest_world())
    visitor.authorize(login_hint="zoe@tailspin.example")
    visitor.sign_in("zoe@tailspin.example", "Right-horse-4")
    assert access(visitor)["upn"] == "zoe_tailspin.example#EXT#@contoso.example"


def test_who_is_no_guest_or_a_disabled_one_gets_no_further(make_visitor, guest_world):
    for changes, said in (({"invited": False}, "AADSTS50020"), ({"enabled": False}, "AADSTS500571")):
        visitor = make_visitor(guest_world(**changes))
        visitor.authorize(login_hint="zoe@tailspin.example")
        assert said in visitor.sign_in("zoe@tailspin.example", "Right-horse-4").text


@pytest.fixture
def administrator(make_visitor, make_data):
    """Return a visitor in an estate that has an administrator as well."""

    def make(roles=("Global Administrator",), **changes):
        root = {"upn": "root@contoso.example", "password": "Right-horse-9", "directory_roles": list(roles)}
        users = [*make_data()["users"], root]
        more = {key.replace("__", "."): value for key, value in changes.items()}
        return make_visitor({"users": users, **more})

    return make


def link(names, version="v2.0/", tenant="contoso.example", **more):
    asked = {"client_id": names.resco, "redirect_uri": "http://localhost:5000/", "state": "7"}
    asked |= {"scope": f"https://{names.org}/user_impersonation"} if version else {}
    query = urlencode({name: value for name, value in {**asked, **more}.items() if value})
    return f"https://login.microsoftonline.com/{tenant}/{version}adminconsent?{query}"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("version", ["v2.0/", ""])
def test_an_administrators_link_grants_for_everybody(administrator, names, version, role):
    visitor = administrator([role], tenants__0__grants=[])
    visitor.open(link(names, version))
    page = visitor.sign_in("root@contoso.example", "Right-horse-9")
    assert "review for your organisation" in page.title
    visitor.fill(action="accept")
    assert visitor.came["admin_consent"] == "True"
    assert (visitor.came["tenant"], visitor.came["state"]) == (names.tenant, "7")
    assert visitor.came.get("scope", "").endswith("user_impersonation" if version else "")
    assert "access_token" in read(visitor.asker.token())


def test_an_administrators_link_replaces_what_was_for_everybody_and_leaves_peoples_own(administrator, names):
    grants = [
        {"app": NAME, "all_users": True, "scopes": ["user_impersonation", "other"]},
        {"app": NAME, "all_users": True, "resource": "microsoft-graph", "scopes": ["User.Read"]},
        {"app": NAME, "users": ["ada@contoso.example"], "scopes": ["own"]},
    ]
    visitor = administrator(tenants__0__grants=grants)
    visitor.open(link(names))
    visitor.sign_in("root@contoso.example", "Right-horse-9")
    visitor.fill(action="accept")
    kept = visitor.asker.state.world.tenants[0].grants
    assert [(grant.all_users, grant.scopes) for grant in kept] == [
        (False, ("own",)),
        (True, ("user_impersonation",)),
    ]


def test_the_link_for_the_registration_grants_all_it_lists(administrator, names):
    listed = [
        {"resource": "dataverse", "scopes": ["user_impersonation"]},
        {"resource": "microsoft-graph", "scopes": ["User.Read"]},
    ]
    app = {"app": NAME, "registered": listed}
    visitor = administrator(tenants__0__grants=[], tenants__0__apps__0=app)
    visitor.open(link(names, "", redirect_uri=""))
    page = visitor.sign_in("root@contoso.example", "Right-horse-9")
    assert "Microsoft Graph: User.Read" in page.text
    visitor.fill(action="accept")
    assert visitor.came["admin_consent"] == "True"
    assert len(visitor.asker.state.world.tenants[0].grants) == 2


def test_an_administrator_who_declines_grants_nothing(administrator, names):
    visitor = administrator(tenants__0__grants=[])
    visitor.open(link(names))
    visitor.sign_in("root@contoso.example", "Right-horse-9")
    visitor.fill(action="cancel")
    assert visitor.came["error"] == "consent_required"
    assert visitor.came["error_description"].startswith("AADSTS65004")
    assert not visitor.asker.state.world.tenants[0].grants


def test_who_is_no_administrator_can_do_nothing_with_the_link(administrator, names):
    visitor = administrator(tenants__0__grants=[])
    visitor.open(link(names))
    page = visitor.sign_in()
    assert page.title == "Need admin approval"
    visitor.page.action = "/common/page/admin-consent"
    visitor.fill(action="accept")
    assert not visitor.asker.state.world.tenants[0].grants


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"tenant": "common"}, "AADSTS50059"),
        ({"redirect_uri": "https://elsewhere.example/"}, "AADSTS50011"),
        ({"redirect_uri": ""}, "AADSTS900971"),
        ({"client_id": "7d1f0c52-8a43-4e61-b1f5-2c9e6a7b0d11"}, "AADSTS700016"),
    ],
)
def test_an_administrators_link_that_cannot_work_says_so_before_anybody_signs_in(
    administrator, names, more, said
):
    assert said in administrator().open(link(names, **more)).text


@pytest.mark.parametrize(
    ("more", "said"),
    [({"scope": "https://nowhere.crm4.dynamics.com/x"}, "AADSTS500011"), ({"scope": ""}, "AADSTS900144")],
)
def test_a_link_for_what_the_tenant_does_not_have_comes_back(administrator, names, more, said):
    visitor = administrator()
    visitor.open(link(names, **more))
    assert visitor.came["error_description"].startswith(said)


class Device:
    """A device beside somebody with a browser."""

    def __init__(self, visitor):
        self.visitor, self.names = visitor, visitor.names
        self.given = self._post("v2.0/devicecode", scope=f"https://{self.names.org}/user_impersonation")

    def redeem(self):
        return self._post("v2.0/token", grant_type=GRANT, device_code=self.given["device_code"])

    def _post(self, path, **form):
        headers = {"content-type": "application/x-www-form-urlencoded"}
        body = urlencode({"client_id": self.names.resco, **form}).encode()
        at = f"/{self.names.tenant}/oauth2/{path}"
        return read(
            self.visitor.asker.send("login.microsoftonline.com", "POST", at, headers=headers, body=body)
        )

    def enter(self, upn="ada@contoso.example", password="Right-horse-1"):
        self.visitor.open("https://microsoft.com/devicelogin")
        self.visitor.fill(otc=self.given["user_code"].lower())
        return self.visitor.sign_in(upn, password)


def test_a_device_is_signed_in_once_the_person_says_that_it_is_theirs(make_visitor):
    visitor = make_visitor()
    device = Device(visitor)
    assert device.enter().title == f"Are you trying to sign in to {NAME}?"
    assert device.redeem()["error"] == "authorization_pending"
    assert visitor.fill().title == "You are signed in"
    assert claims(device.redeem()["access_token"])["amr"] == ["pwd"]
    assert device.redeem()["error"] == "bad_verification_code"


def test_a_device_code_with_a_second_factor_says_so(make_visitor):
    visitor = make_visitor({"users.0.per_user_mfa": "enforced", "users.0.mfa_method": "entra"})
    device = Device(visitor)
    device.enter()
    visitor.fill(otc="246810")
    visitor.fill(action="no")
    visitor.fill()
    assert claims(device.redeem()["access_token"])["amr"] == ["pwd", "mfa"]


def test_who_says_no_is_told_to_the_device_without_a_number(make_visitor):
    visitor = make_visitor()
    device = Device(visitor)
    device.enter()
    assert visitor.fill(action="cancel").title == "You cancelled the sign-in"
    answer = device.redeem()
    assert (answer["error"], answer["error_codes"]) == ("authorization_declined", [])


POLICY = {"name": "No device codes", "flows": ["device-code"], "controls": ["block"]}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"tenants.0.policies": [POLICY]}, 53003),
        ({"tenants.0.security_defaults": True, "tenants.0.device_code": "blocked"}, 530035),
    ],
)
def test_a_blocked_flow_is_told_on_the_page_and_to_the_device_and_the_browser_is_open(
    make_visitor, changes, code
):
    visitor = make_visitor({**changes, "users.0.mfa_method": "entra"})
    device = Device(visitor)
    assert f"AADSTS{code}:" in device.enter().text
    assert device.redeem()["error_codes"] == [code]
    browser = make_visitor(beside=visitor)
    browser.authorize(prompt="login", login_hint="ada@contoso.example")
    browser.fill(passwd="Right-horse-1")
    assert "AADSTS" not in browser.page.text


def test_a_code_that_is_unknown_used_or_over_is_not_taken(make_visitor, names):
    now = [names.noon]
    visitor = make_visitor(clock=lambda: now[0])
    device = Device(visitor)
    visitor.open("https://login.microsoftonline.com/common/oauth2/deviceauth")
    assert "did not work" in visitor.fill(otc="NOSUCHCODE").text
    device.enter()
    visitor.fill()
    visitor.open("https://microsoft.com/devicelogin")
    assert "did not work" in visitor.fill(otc=device.given["user_code"]).text
    other = Device(visitor)
    now[0] = now[0].replace(hour=13)
    visitor.open("https://microsoft.com/devicelogin")
    assert "did not work" in visitor.fill(otc=other.given["user_code"]).text


def test_pages_count_the_passwords_that_they_were_sent(make_world, make_session, names):
    asked = {
        "client_id": names.resco,
        "response_type": "code",
        "redirect_uri": BACK,
        "scope": f"https://{names.org}/user_impersonation",
        "login_hint": "Ada@contoso.example",
    }
    with Lab(make_world()) as lab:
        session = make_session(lab)
        url = f"https://login.microsoftonline.com/{names.tenant}/oauth2/v2.0/authorize"
        page = session.get(url, params=asked).text
        key = page.partition('name="ctx" value="')[2].partition('"')[0]
        reply = session.post(
            "https://login.microsoftonline.com/common/page/password",
            data={"ctx": key, "passwd": "Right-horse-1"},
        )
        assert "Stay signed in?" in reply.text
        assert lab.submissions == {"ada@contoso.example": 1}
