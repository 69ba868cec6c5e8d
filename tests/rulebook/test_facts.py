import pytest

from auditor.model import FACTS, Answer, Failure, Flow, Kind, Known, Leg, Question, Unknown, Why
from auditor.model import evidence as subjects
from auditor.rulebook.facts import Estate, build_estate, facts_of
from auditor.secrets import parse_reference, plaintext


@pytest.fixture
def facts(book):
    def facts(case, looks, estate=None):
        return facts_of(book, case, looks.items, estate or build_estate([case]))

    return facts


def value(fact):
    return fact.value if isinstance(fact, Known) else None


def test_no_fact_is_ever_absent(facts, kit):
    case = kit.case()
    for looks in (
        kit.looks(case),
        kit.looks(case).discovered(),
        kit.looks(case).signed_in(kit.refused(50076)),
    ):
        assert list(facts(case, looks)) == list(FACTS)


def test_every_known_value_is_one_that_the_fact_can_have(facts, kit):
    case = kit.case()
    looks = kit.looks(case).discovered().signed_in(kit.good(Leg.TOKEN)).asked_dataverse(kit.good(Leg.WHOAMI))
    for name, fact in facts(case, looks).items():
        if isinstance(fact, Known) and FACTS[name].values:
            assert fact.value in FACTS[name].values, name
        if isinstance(fact, Unknown):
            assert fact.why, name


def test_discovery_alone_tells_whether_a_password_may_be_sent(facts, kit):
    case = kit.case()
    found = facts(case, kit.looks(case).discovered())
    names = ("realm", "tenant_lookup", "environment_lookup", "tenants_agree", "clouds_agree")
    assert [value(found[name]) for name in names] == ["managed", "found", "found", "yes", "yes"]
    assert value(found["submission"]) == "not asked"


def test_what_the_inventory_says(facts, kit):
    case = kit.case("Ada_Fabrikam.example#EXT#@contoso.example", shared_credential=True)
    found = facts(case, kit.looks(case), Estate(frozenset({case.account_id})))
    names = ("kind", "expected", "credential", "guest_name", "shared_account", "shared_credential")
    assert [value(found[name]) for name in names] == ["integration", "nothing", "none", "yes", "yes", "yes"]
    for reference, word in (
        (parse_reference("env:SYNC"), "reference"),
        (plaintext("Sunny-Day-7"), "plaintext"),
    ):
        case = kit.case(credential=reference)
        assert value(facts(case, kit.looks(case))["credential"]) == word


@pytest.mark.parametrize(
    ("details", "realm"),
    [
        ({"account_type": "Managed"}, "managed"),
        ({"account_type": "Federated"}, "federated"),
        ({"account_type": "Unknown"}, "unknown"),
        ({"account_type": "Federated", "personal": True}, "personal"),
        ({"account_type": ""}, None),
    ],
)
def test_the_realm_is_what_the_answer_said_or_unknown(facts, kit, details, realm):
    case = kit.case()
    assert value(facts(case, kit.looks(case).discovered(**details))["realm"]) == realm


def test_a_federation_state_is_known_of_federated_accounts_alone(facts, kit):
    case = kit.case()
    federated = kit.looks(case).discovered(account_type="Federated", federation="plain_http")
    assert value(facts(case, federated)["federation"]) == "plain_http"
    assert isinstance(facts(case, kit.looks(case).discovered())["federation"], Unknown)


def test_a_lookup_that_failed_is_named_by_its_outcome(facts, kit):
    case = kit.case()
    gone = Answer(Flow.DISCOVERY, Leg.CHALLENGE, failure=Failure.DNS)
    looks = kit.looks(case).saw(subjects.environment(case.environment), Question.ENVIRONMENT, gone)
    assert value(facts(case, looks)["environment_lookup"]) == "environment_not_found"
    assert isinstance(facts(case, looks)["tenants_agree"], Unknown)


def test_an_account_of_another_tenant_disagrees(facts, kit):
    case = kit.case()
    looks = kit.looks(case).discovered(environment=kit.fabrikam)
    assert value(facts(case, looks)["tenants_agree"]) == "no"


@pytest.mark.parametrize(
    ("tenant", "agrees"),
    [("", "yes"), ("11111111-2222-3333-4444-555555555555", "yes"), ("contoso.example", "yes")],
)
def test_the_inventory_may_name_the_tenant_by_domain_or_id(facts, kit, tenant, agrees):
    case = kit.case(tenant=tenant)
    assert value(facts(case, kit.looks(case).discovered())["tenants_agree"]) == agrees


def test_a_tenant_named_by_another_domain_is_compared_by_its_id(facts, kit):
    case = kit.case(tenant="fabrikam.example")
    looks = kit.looks(case).discovered()
    assert facts(case, looks)["tenants_agree"] == Unknown("the inventory's tenant could not be determined")
    looks.saw(
        subjects.tenant("fabrikam.example"), Question.TENANT, kit.good(Leg.OPENID), tenant_id=kit.fabrikam
    )
    assert value(facts(case, looks)["tenants_agree"]) == "no"
    assert value(facts(case, looks)["tenant_lookup"]) == "found"


def test_a_known_difference_counts_even_where_something_else_is_missing(facts, kit):
    case = kit.case(tenant=kit.fabrikam)
    looks = kit.looks(case).saw(
        subjects.tenant(case.domain), Question.TENANT, kit.good(Leg.OPENID), tenant_id=kit.contoso
    )
    assert value(facts(case, looks)["tenants_agree"]) == "no"


@pytest.mark.parametrize(
    ("host", "cloud_instance", "agrees"),
    [
        ("contoso.crm4.dynamics.com", "microsoftonline.com", "yes"),
        ("contoso.crm9.dynamics.com", "microsoftonline.com", "yes"),
        ("contoso.crm4.dynamics.com", "microsoftonline.us", "no"),
        ("contoso.crm.microsoftdynamics.us", "microsoftonline.com", "no"),
        ("contoso.crm4.dynamics.com", "", None),
    ],
)
def test_clouds_are_compared_by_hosts_and_instances(facts, kit, host, cloud_instance, agrees):
    case = kit.case(host=host)
    looks = kit.looks(case).discovered(cloud_instance=cloud_instance)
    assert value(facts(case, looks)["clouds_agree"]) == agrees


def test_a_challenge_of_another_cloud_disagrees(facts, kit):
    case = kit.case()
    looks = kit.looks(case).saw(
        subjects.environment(case.environment),
        Question.ENVIRONMENT,
        kit.good(Leg.CHALLENGE),
        tenant_id=kit.contoso,
        authority_host="login.microsoftonline.us",
    )
    assert value(facts(case, looks)["clouds_agree"]) == "no"


def test_an_answer_settles_its_own_facts_and_hides_the_others(facts, kit):
    case = kit.case()
    found = facts(case, kit.looks(case).discovered().signed_in(kit.refused(65001)))
    assert value(found["consent"]) == "missing"
    assert value(found["ropc"]) == "refused"
    assert found["mfa"] == Unknown("hidden behind: consent missing")
    assert value(found["password"]) == "right"
    assert value(found["submission"]) == "sent"


def test_a_question_that_was_held_back_says_why_everywhere(facts, kit):
    case = kit.case()
    looks = kit.looks(case).held_back(Question.PASSWORD, Why.PASSWORD_NOT_PROVEN, "see the case in row 4")
    found = facts(case, looks)
    assert value(found["submission"]) == Why.PASSWORD_NOT_PROVEN.value
    expected = Unknown("the account's password is not proven: see the case in row 4")
    assert [found[name] for name in ("mfa", "consent", "ropc", "sign_in", "password")] == [expected] * 5


def beforehand(kit, case, *codes):
    """The evidence of a case whose app answered before any password was sent."""
    answer = Answer(Flow.DEVICE_CODE, Leg.DEVICE_CODE, http_status=400, codes=codes)
    looks = kit.looks(case).held_back(Question.PASSWORD, Why.REFUSED_BEFOREHAND, "app disabled")
    where = subjects.application(kit.contoso, case.app.client_id, case.environment)
    return looks.saw(where, Question.APPLICATION, answer)


def test_an_answer_that_made_the_password_needless_is_the_sign_ins_and_says_nothing_of_the_password(
    facts, kit
):
    case = kit.case()
    found = facts(case, beforehand(kit, case, 7000112))
    assert found["sign_in"] == Known("app_disabled", source="application")
    assert found["ropc"] == Known("refused", source="application")
    assert found["mfa"] == Unknown("hidden behind: app disabled")
    why = Unknown("refused before any password was sent: app disabled")
    assert [found[name] for name in ("password", "federated_leg")] == [why] * 2


def test_what_an_app_answers_decides_only_where_it_kept_the_password_here(facts, kit):
    case = kit.case()
    seen = beforehand(kit, case, 7000112)
    assert value(facts(case, seen.signed_in(kit.refused(50126)))["sign_in"]) == "wrong_password"
    unasked = beforehand(kit, case, 7000112).held_back(Question.PASSWORD, Why.NOT_ASKED)
    assert isinstance(facts(case, unasked)["sign_in"], Unknown)


def test_a_password_that_was_kept_here_without_any_answer_leaves_the_sign_in_unknown(facts, kit):
    case = kit.case()
    looks = kit.looks(case).held_back(Question.PASSWORD, Why.REFUSED_BEFOREHAND, "app disabled")
    found = facts(case, looks)
    why = Unknown("refused before any password was sent: app disabled")
    assert [found[name] for name in ("sign_in", "ropc", "password")] == [why] * 3


def test_an_attempt_that_failed_before_the_password_left_is_not_sent(facts, kit):
    case = kit.case()
    answer = Answer(Flow.ROPC, Leg.TOKEN, failure=Failure.DNS)
    assert value(facts(case, kit.looks(case).signed_in(answer))["submission"]) == "failed before sending"


def test_an_account_is_shared_when_several_integration_apps_use_it(kit):
    one, two = kit.app(name="crm-sync"), kit.app(name="tracking")
    cases = [
        kit.case("a@contoso.example", app=one),
        kit.case("A@contoso.example", app=two),
        kit.case("b@contoso.example", app=one),
        kit.case("b@contoso.example", app=one, host="other.crm4.dynamics.com"),
        kit.case("c@contoso.example", Kind.PERSON, one),
        kit.case("c@contoso.example", Kind.PERSON, two),
        kit.case("d@contoso.example", app=one),
        kit.case("d@contoso.example", app=two, skip="leaves in June"),
    ]
    assert build_estate(cases).shared_accounts == {"a@contoso.example"}


def test_the_later_evidence_counts_where_a_question_was_asked_twice(facts, kit):
    case = kit.case()
    looks = kit.looks(case).signed_in(kit.refused(50126)).signed_in(kit.refused(50076))
    assert value(facts(case, looks)["sign_in"]) == "mfa_required"
