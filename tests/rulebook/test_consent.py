"""What is to be done about consent: told apart by evidence, with links only where they lead somewhere."""

from urllib.parse import parse_qs, urlsplit

import pytest

from auditor.model import ConsentStep, Expected, Kind, Leg, LinkKind
from auditor.rulebook.facts import build_estate
from auditor.rulebook.judge import judge

INDIVIDUAL, ORGANISATION, REGISTRATION = LinkKind
BACKEND = "backend@contoso.example"
NO_CONSENT = {"consent": "none", "scopes": ()}


@pytest.fixture
def advised(book, kit):
    """Return what is told about an account of an app, after an answer and what a directory says."""

    def advised(app="resco-external-project", answer=None, directory=None, account=BACKEND, **changes):
        profile = book.apps[app] if isinstance(app, str) else app
        case = kit.case(account, Kind.INTEGRATION, profile, **changes)
        looks = kit.looks(case).discovered()
        if answer is not None:
            looks.signed_in(answer)
        if directory is not None:
            looks.directory(**directory)
        return judge(book, case, looks.items, build_estate([case])).consent

    return advised


def kinds(found):
    return [link.kind for link in found.links]


def urls(found):
    return {link.kind: link.url for link in found.links}


def test_individual_consent_is_enough_for_an_external_project(advised, kit):
    found = advised(answer=kit.refused(65001))
    assert (found.situation, found.step) == ("individual-consent-is-enough", ConsentStep.OPEN)
    assert kinds(found) == [INDIVIDUAL, ORGANISATION, REGISTRATION]
    assert found.tenant == kit.contoso
    assert "if the page asks for an administrator's approval, take the next link" in found.why


def test_a_directory_that_lets_the_account_consent_says_so(advised, kit):
    found = advised(directory={"consent": NO_CONSENT})
    assert found.situation == "individual-consent-is-enough"
    assert "By the directory it may consent itself" in found.why


def test_where_consent_of_one_account_is_not_enough_the_administrators_link_comes_first(advised, kit):
    found = advised("resco-crm-sync", kit.refused(65001))
    assert found.situation == "consent-is-missing"
    assert kinds(found) == [ORGANISATION, INDIVIDUAL, REGISTRATION]


@pytest.mark.parametrize("code", [90094, 90093])
def test_an_organisation_that_does_not_allow_it_needs_an_administrator_on_its_behalf(advised, kit, code):
    found = advised(answer=kit.refused(code))
    assert (found.situation, found.step) == ("organisation-does-not-allow-it", ConsentStep.OPEN)
    assert kinds(found) == [ORGANISATION, REGISTRATION], "the account cannot do it itself"


def test_the_same_is_told_from_the_directory(advised, kit):
    may_not = NO_CONSENT | {"user_may_consent": "no"}
    for answer in (None, kit.refused(65001)):
        found = advised(answer=answer, directory={"consent": may_not})
        assert found.situation == "organisation-does-not-allow-it"
        assert kinds(found) == [ORGANISATION, REGISTRATION]
        assert "Cloud Application Administrator or Application Administrator can, for everybody" in found.why


def test_consent_that_came_with_the_mobile_app_is_wider_and_can_be_narrowed(advised, kit):
    wide = {"consent": "user", "wider": ("Microsoft Graph: User.Read",)}
    found = advised(answer=kit.good(Leg.TOKEN), directory={"consent": wide})
    assert (found.situation, found.step) == ("wider-for-this-account", ConsentStep.NARROW)
    assert "Microsoft Graph: User.Read" in found.why
    assert "synchronising the mobile app with this account" in found.why
    assert kinds(found) == [INDIVIDUAL]


def test_what_everybody_has_is_left_to_its_owner(advised, kit):
    wide = {"consent": "all", "wider": ("Microsoft Graph: User.Read",)}
    found = advised(answer=kit.good(Leg.TOKEN), directory={"consent": wide})
    assert (found.situation, found.step, found.links) == ("wider-for-everybody", ConsentStep.NARROW, ())


@pytest.mark.parametrize("kind", ["user", "all"])
def test_consent_that_fits_needs_no_link(advised, kit, kind):
    found = advised(directory={"consent": {"consent": kind}})
    assert (found.situation, found.step, found.links) == ("fits", ConsentStep.NOTHING, ())


def test_a_token_shows_that_consent_is_there_and_not_how_wide(advised, kit):
    found = advised(answer=kit.good(Leg.TOKEN))
    assert (found.situation, found.step) == ("there-width-not-seen", ConsentStep.NOTHING)
    assert "synchronising the mobile app" in found.why
    assert advised("resco-crm-sync", kit.good(Leg.TOKEN)).situation == "there-by-token"


def test_what_nobody_knows_is_no_pass_and_names_the_link_to_try_first(advised, kit):
    behind_mfa = advised(answer=kit.refused(50076))
    assert (behind_mfa.situation, behind_mfa.step) == ("not-known-individual", ConsentStep.TRY)
    assert kinds(behind_mfa) == [INDIVIDUAL, ORGANISATION, REGISTRATION]
    nothing_asked = advised("resco-crm-sync")
    assert (nothing_asked.situation, nothing_asked.step) == ("not-known", ConsentStep.TRY)
    assert kinds(nothing_asked)[0] is ORGANISATION


@pytest.mark.parametrize(
    "directory",
    [
        {"consent": NO_CONSENT | {"assignment_required": "yes", "assigned": "yes"}},
        {"consent": NO_CONSENT | {"assignment_required": "yes", "assigned": "no"}},
        {"consent": {"consent": "user", "wider": ("x: y",), "assignment_required": "yes", "assigned": "yes"}},
    ],
)
def test_where_the_app_requires_assignment_no_individual_link_is_offered(advised, kit, directory):
    found = advised(directory=directory)
    assert not urls(found).get(INDIVIDUAL)
    assert all("assigned users only" in link.missing for link in found.links if link.kind is INDIVIDUAL)


def test_an_answer_that_asks_for_assignment_says_the_same(advised, kit):
    found = advised(answer=kit.refused(50105))
    assert found.situation == "assigned-users-only"
    assert kinds(found) == [ORGANISATION, REGISTRATION]


def test_the_first_link_is_one_that_can_be_opened(advised, kit):
    required = {
        "consent": {
            "consent": "unknown",
            "assignment_required": "yes",
            "assigned": "yes",
            "user_may_consent": "unknown",
        }
    }
    found = advised(directory=required)
    assert found.situation == "not-known-individual"
    assert found.first is not None
    assert found.first.kind is ORGANISATION
    assert [bool(link.url) for link in found.links] == [True, True, False]


@pytest.mark.parametrize(
    ("account", "directory"),
    [
        ("anna_fabrikam.example#EXT#@contoso.example", None),
        (BACKEND, {"user": {"enabled": "no"}}),
        (BACKEND, {"user": {"user_type": "guest"}}),
        (BACKEND, {"user": {"found": False}}),
    ],
)
def test_guests_and_accounts_that_cannot_sign_in_get_no_link(advised, account, directory):
    found = advised(account=account, directory=directory)
    assert (found.step, found.links) == (ConsentStep.OTHER, ())


@pytest.mark.parametrize(
    ("code", "situation", "links"),
    [
        (700016, "app-is-not-there", [ORGANISATION, REGISTRATION]),
        (7000112, "app-is-disabled", []),
        (500011, "dataverse-is-not-there", []),
    ],
)
def test_an_app_or_an_environment_that_the_tenant_does_not_know_comes_first(
    advised, kit, code, situation, links
):
    found = advised(answer=kit.refused(code))
    assert (found.situation, kinds(found)) == (situation, links)


def test_an_application_that_signs_in_for_itself_needs_nobodys_consent(advised):
    found = advised("own-registration", expected=Expected.APPLICATION)
    assert (found.step, found.links) == (ConsentStep.NOTHING, ())


def test_without_a_redirect_uri_the_reason_stands_in_the_links_place(advised, kit):
    app = kit.app(redirect_uri="", individual_consent_enough=True)
    found = advised(app, kit.refused(65001))
    assert [link.kind for link in found.links if link.url] == [REGISTRATION]
    assert found.first is not None
    assert found.first.kind is REGISTRATION
    assert all("no redirect URI is known" in link.missing for link in found.links if not link.url)


def test_without_a_client_id_nothing_can_be_opened(advised, kit):
    found = advised(kit.app(client_id=""), kit.refused(65001))
    assert found.first is None
    assert {link.missing for link in found.links} == {
        "no link: the client id of the app is not known; give it in the inventory or in auditor.toml"
    }


def test_fixes_and_advice_give_the_same_links(book, kit):
    case = kit.case(BACKEND, Kind.INTEGRATION, book.apps["resco-external-project"])
    looks = kit.looks(case).discovered().signed_in(kit.refused(65001))
    result = judge(book, case, looks.items, build_estate([case]))
    individual, organisation, _ = result.consent.links
    assert [fix.link for fix in result.findings[0].fixes] == [individual.url, organisation.url]
    assert parse_qs(urlsplit(individual.url).query)["scope"] == [
        f"https://{case.environment}/user_impersonation"
    ]


def test_a_case_that_was_skipped_is_told_nothing(book, kit):
    case = kit.case(BACKEND, Kind.INTEGRATION, book.apps["resco-crm-sync"], skip="left out")
    assert judge(book, case, (), build_estate([case])).consent is None


@pytest.mark.parametrize("word", ["common", "organizations"])
def test_no_link_is_made_for_whatever_tenant(book, kit, word):
    case = kit.case(f"backend@{word}", Kind.INTEGRATION, book.apps["resco-external-project"])
    found = judge(book, case, (), build_estate([case])).consent
    assert found.first is None
    assert all("the tenant is not known" in link.missing for link in found.links)


def test_every_situation_has_an_id_of_its_own_and_opens_links_only_where_it_asks_to(book):
    rules = book.consent.situations
    assert len({rule.id for rule in rules}) == len(rules)
    for rule in rules:
        opens = rule.step in {ConsentStep.OPEN, ConsentStep.TRY}
        assert bool(rule.links) == opens or rule.step is ConsentStep.NARROW, rule.id
