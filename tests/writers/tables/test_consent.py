from dataclasses import replace

from auditor.model import ConsentStep, LinkKind, Sureness
from auditor.writers.consent_texts import load_consent_texts
from auditor.writers.tables import glossary
from auditor.writers.tables.consent import COLUMNS, ConsentEntry

TEXTS = load_consent_texts()


def rows(audit):
    found = [result for result in audit.results() if result.consent]
    return {result.consent.step: ConsentEntry(result, result.consent, TEXTS) for result in found}


def shown(entry, column):
    return COLUMNS[column](entry).value


def test_the_link_to_open_first_is_a_link_and_told_in_full(audit):
    entry = rows(audit)[ConsentStep.TRY]
    content = COLUMNS["first"](entry)
    assert content.link == content.value == entry.advice.links[0].url
    individual = TEXTS.links[LinkKind.INDIVIDUAL]
    told = {name: shown(entry, name) for name in ("opens", "who", "grants", "replaces", "verify")}
    assert told == {
        "opens": individual.title,
        "who": individual.who,
        "grants": individual.grants,
        "replaces": individual.replaces,
        "verify": individual.verify,
    }
    assert "may be saved even if the page after accepting shows an error" in shown(entry, "after")


def test_further_links_follow_each_with_all_that_is_to_be_known_of_it(audit):
    entry = rows(audit)[ConsentStep.TRY]
    assert [shown(entry, name) for name in ("second", "third")] == [
        link.url for link in entry.advice.links[1:]
    ]
    terms = glossary.terms(TEXTS)
    places = glossary.places(TEXTS)
    entry = replace(entry, terms=places)
    for number, name in enumerate(("opens", "second_opens", "third_opens")):
        content = COLUMNS[name](entry)
        assert content.link == places[entry.advice.links[number].kind]
        term = terms[content.link.record]
        assert term.term == content.value == TEXTS.links[entry.advice.links[number].kind].title
        for part in ("Who: ", "Grants: ", "May replace: ", "Verify: "):
            assert part in term.meaning


def test_a_row_with_nothing_to_be_done_says_so_and_has_no_link(audit):
    for step in (ConsentStep.NOTHING, ConsentStep.OTHER):
        entry = rows(audit)[step]
        assert shown(entry, "step") == step.value
        empty = ("first", "who", "grants", "after", "second", "third", "redirect_uri", "withheld")
        assert {shown(entry, name) for name in empty} == {""}


def test_where_no_redirect_uri_is_known_the_reason_stands_in_the_links_place(audit):
    entry = next(
        ConsentEntry(result, result.consent, TEXTS)
        for result in audit.results()
        if result.consent and result.consent.title == "The organisation does not allow it"
    )
    assert shown(entry, "first").endswith("/adminconsent?client_id=a116bf70-75fe-41c2-9f9f-7f3d0faff4bb")
    assert shown(entry, "second") == ""
    assert "limited to Dataverse: no link: no redirect URI is known" in shown(entry, "withheld")


def test_how_sure_redirect_uri_and_client_id_are_is_said(audit):
    entry = next(
        ConsentEntry(result, result.consent, TEXTS)
        for result in audit.results()
        if result.consent and result.consent.title == "Individual consent is enough"
    )
    assert "unverified: no current source confirms it" in shown(entry, "redirect_uri")
    assert shown(entry, "redirect_uri").startswith(entry.result.case.app.redirect_uri)
    assert "compare it with the sign-in log" in shown(entry, "client_id")


def test_every_word_for_sureness_has_its_phrase():
    assert set(TEXTS.redirect) == set(Sureness)
    assert all("Global Administrator" in TEXTS.links[kind].who for kind in list(LinkKind)[1:])
