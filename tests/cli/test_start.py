"""`--help` comes at once: what it does not need is not imported."""

import subprocess
import sys

import pytest

LOOK = """
import sys
from auditor.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit:
    print("\\nloaded:", *sys.modules)
"""
SLOW = (
    "auditor.model",
    "auditor.run",
    "auditor.rulebook",
    "auditor.edges",  # which is pydantic; Typer may look at that itself
    "yaml",
    "jinja2",
    "sqlite3",
    "asyncio",
    "requests",
    "urllib3",
    "ssl",
    "msal",
    "pandas",
    "openpyxl",
    "python_calamine",
    "rich.progress",
    "starlette",
)


@pytest.mark.parametrize("arguments", [["--help"], ["audit", "--help"], ["--version"]])
def test_help_imports_nothing_it_does_not_need(arguments):
    done = subprocess.run(
        [sys.executable, "-c", LOOK, *arguments], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.rpartition("loaded:")[2].split())
    assert "typer" in loaded
    assert sorted(loaded & set(SLOW)) == []
