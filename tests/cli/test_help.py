"""What `--help` says is what was written: Rich takes `[words]` for its own and leaves them out."""

import re

import pytest
import typer.main
from rich.text import Text

from auditor.cli.main import build


def commands(command, path="auditor"):
    """Yield every command with its path."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{path} {name}")


COMMANDS = dict(commands(typer.main.get_command(build())))
TEXTS = {
    f"{path} {what}": text
    for path, command in COMMANDS.items()
    for what, text in (
        ("help", command.help),
        ("epilog", command.epilog),
        *((parameter.name, getattr(parameter, "help", None)) for parameter in command.params),
    )
    if text
}


def written(text):
    """Return a help text without bold type, and with its escaped brackets as they are to be seen."""
    return re.sub(r"\[/?bold\]", "", text).replace("\\[", "[")


@pytest.mark.parametrize("name", TEXTS)
def test_no_help_text_loses_words_in_brackets(name):
    assert Text.from_markup(TEXTS[name]).plain == written(TEXTS[name])


def test_brackets_reach_the_screen(auditor):
    assert "[directory]" in re.sub(r"[\s│]+", "", auditor("audit", "--help").out)


def test_every_command_and_option_has_a_text():
    said = {name.rpartition(" ")[0] for name in TEXTS}
    assert said == set(COMMANDS)
    bare = [
        f"{path} {parameter.name}"
        for path, command in COMMANDS.items()
        for parameter in command.params
        if f"{path} {parameter.name}" not in TEXTS
    ]
    assert bare == []
