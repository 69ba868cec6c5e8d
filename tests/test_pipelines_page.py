"""docs/pipelines.md says what is so: its command, its formats, its list of waivers."""

import re

import pytest

from auditor.cli.main import main
from auditor.rulebook.load import load_rulebook
from auditor.waivers import load_waivers
from auditor.writers import SUFFIXES
from auditor.writers.markdown import LIMIT
from tests.conftest import CHECKOUT

PAGE = (CHECKOUT / "docs" / "pipelines.md").read_text(encoding="utf-8")


def test_the_formats_are_those_that_there_are():
    assert dict(re.findall(r"(?m)^\| `([\w-]+)` \| `(\.[\w.]+)` \|", PAGE)) == SUFFIXES
    assert f"at most {LIMIT:,} bytes" in PAGE


def test_the_list_of_waivers_can_be_read(tmp_path):
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "waivers.yaml").write_text(text, encoding="utf-8")
    book = load_rulebook()
    (entry,) = load_waivers(tmp_path / "waivers.yaml", {rule.id for rule in book.findings})
    assert entry.app in book.apps


def test_every_option_it_names_is_one(capfd, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    for command in ("audit", "report"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
    helped = capfd.readouterr().out
    assert {name for name in re.findall(r"--[a-z-]+", PAGE) if name not in helped} == set()
