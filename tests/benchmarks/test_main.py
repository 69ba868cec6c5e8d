"""The command `python -m benchmarks`: what it finds, and that what is missing is said."""

import pytest

from benchmarks import __main__ as command
from benchmarks.measure import MeasureError, Table


class Benchmark:
    NAME = "Doing it"

    def __init__(self, error=None):
        self.error = error

    def tables(self, quick):
        if self.error:
            raise self.error
        return [Table("Done", ("what",), (("quick" if quick else "slow",),))]


def test_every_module_that_makes_tables_is_offered_with_a_name():
    offered = command.found()
    assert {"help", "inventory"} <= set(offered)
    assert not {"measure", "meter", "__main__"} & set(offered)
    assert all(isinstance(it, str) or it.NAME for it in offered.values())


def test_a_missing_extra_is_said_and_the_others_are_measured(capsys):
    offered = {"lame": "No module named 'lame' (pip install it)", "fine": Benchmark()}
    assert command.measured(offered, offered, quick=True) == 1
    said = capsys.readouterr().out
    assert "## lame\n\nnot measured: No module named 'lame' (pip install it)" in said
    assert "## Doing it\n\n### Done\n\n| what |\n| :-- |\n| quick |" in said


def test_a_measurement_that_fails_is_said_and_counts(capsys, monkeypatch):
    broken = Benchmark(MeasureError("theirs: exit code 1"))
    monkeypatch.setattr(command, "found", lambda: {"it": broken})
    assert command.main(["it"]) == 1
    assert "not measured: theirs: exit code 1" in capsys.readouterr().out


def test_a_module_that_cannot_be_imported_is_not_measured():
    assert command._loaded("no_such_module").endswith("(pip install -e '.[dev]')")


def test_an_unknown_name_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(["no-such"])
    assert ended.value.code == 2
    assert "there is no benchmark no-such" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["help", "inventory"])
def test_a_benchmark_runs_with_tiny_sizes(name, capsys):
    assert command.main([name, "--quick"]) == 0
    assert "| :-- |" in capsys.readouterr().out
