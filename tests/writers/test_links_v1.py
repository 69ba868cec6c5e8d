"""Consent links for machines and for people: shapes that stay as they are."""

import csv
import io
import json

import pytest
from jsonschema import Draft202012Validator

from auditor.cli.links_text import lines_of
from auditor.consent_links import without_account
from auditor.model import Axis, ConsentRow, LinkCheck, LinkState
from auditor.resources import shipped_text
from auditor.writers.consent_texts import load_consent_texts
from auditor.writers.links_v1 import COLUMNS, links_csv, links_v1

TEXTS = load_consent_texts()


@pytest.fixture
def rows(audit):
    return [
        ConsentRow(result.case, result.verdicts[Axis.CONSENT], result.consent)
        for result in audit.results()
        if result.consent
    ]


@pytest.fixture
def checks(rows):
    """What opening the links showed: one refused, one not reached, of the others nothing told."""
    urls = [without_account(link.url) for row in rows for link in row.advice.links if link.url]
    states = (
        LinkCheck(LinkState.REFUSED, "AADSTS50011", "redirect URI not registered"),
        LinkCheck(LinkState.NOT_LOOKED, "", "timed out"),
    )
    nothing = LinkCheck(LinkState.NOT_TOLD, "", "the page names no error")
    return dict.fromkeys(urls, nothing) | dict(zip(urls, states, strict=False))


def test_the_shape_for_machines_is_what_it_was_and_what_its_schema_says(rows, audit, checks, golden):
    data = links_v1(rows, audit.run, checks, TEXTS)
    schema = json.loads(shipped_text("reports", "schema/links.v1.schema.json"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(data)
    golden("links.v1.json", json.dumps(data | {"tool_version": "0"}, indent=1, ensure_ascii=False) + "\n")


def test_a_key_that_the_schema_does_not_know_is_refused(rows):
    schema = json.loads(shipped_text("reports", "schema/links.v1.schema.json"))
    data = links_v1(rows, None, {}, TEXTS)
    assert Draft202012Validator(schema).is_valid(data)
    data["cases"][0]["more"] = 1
    assert not Draft202012Validator(schema).is_valid(data)


def test_the_table_is_what_it_was(rows, checks, golden):
    text = "".join(links_csv(rows, checks, TEXTS))
    golden("links.csv", text.replace("\r\n", "\n"))
    lines = list(csv.reader(io.StringIO(text)))
    assert {len(line) for line in lines} == {len(COLUMNS)}
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@"))]


def test_the_text_is_what_it_was_and_fits_a_terminal(rows, audit, checks, golden):
    lines = list(lines_of(rows, audit.run, checks, TEXTS))
    assert [line for line in lines if len(line) > 80 and "https://" not in line] == []
    golden("links.txt", "\n".join(line.rstrip() for line in lines) + "\n")
