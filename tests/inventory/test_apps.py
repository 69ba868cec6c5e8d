"""Which app a cell means."""

import pytest

RESCO = "11111111-2222-4333-8444-555555555555"
SAMPLE = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
HEAD = "Account;Environment;App\n"


@pytest.fixture
def app_of(text, read):
    def finding(cell, **options):
        inventory = read(text(f"{HEAD}anna@contoso.com;a.crm4.dynamics.com;{cell}\n"), **options)
        return inventory.cases[0] if inventory.cases else inventory.invalid[0]

    return finding


@pytest.mark.parametrize(
    "cell",
    [
        "dataverse-sample",
        "Dataverse-Sample",
        "Microsoft's Dataverse sample",
        SAMPLE,
        SAMPLE.upper(),
        f"{{{SAMPLE}}}",
    ],
)
def test_an_app_goes_by_its_name_its_title_or_its_client_id(app_of, cell):
    case = app_of(cell)
    assert case.app.name == case.key.app == "dataverse-sample"
    assert case.remarks == ()


def test_a_client_id_of_several_apps_means_the_mobile_app_and_says_so(app_of):
    case = app_of(RESCO)
    assert case.app.name == "resco-mobile-crm"
    assert "others: resco-inspections" in case.remarks[0]


def test_without_the_mobile_app_it_means_the_first_by_name(app_of, apps, monkeypatch):
    monkeypatch.setattr("auditor.inventory.apps.PREFERRED", "another")
    assert app_of(RESCO).app.name == "resco-inspections"


def test_a_client_id_of_nobody_is_a_registration_of_your_own(app_of):
    own = "99999999-8888-4777-8666-555555555555"
    case = app_of(own.upper())
    assert (case.app.name, case.app.client_id, case.key.app) == (own, own, own)
    assert case.app.title == "A registration of your own"


def test_an_empty_cell_means_the_default(app_of):
    assert app_of("", default_app="Microsoft's Dataverse sample").app.name == "dataverse-sample"


@pytest.mark.parametrize(
    ("cell", "default", "wrong", "right"),
    [
        ("", "", "no app", "[defaults] app"),
        ("Salesforce", "", '"Salesforce" is no known app', "dataverse-sample, resco-crm-sync"),
        ("", "Salesforce", 'the default app "Salesforce" is no known app', "auditor.toml"),
        ("resco-crm-sync", "", "the client id of resco-crm-sync is not known", "[apps.resco-crm-sync]"),
        ("own-registration", "", "the client id of own-registration is not known", "the client id itself"),
    ],
)
def test_what_means_no_app_is_a_problem_of_the_row(app_of, cell, default, wrong, right):
    (problem,) = app_of(cell, default_app=default).problems
    assert problem.column == "App"
    assert wrong in problem.wrong
    assert right in problem.right
