"""The frame of the benchmarks: turns, what a reading holds, and that nothing unmeasured looks measured."""

import resource
import sys

import pytest

from benchmarks import measure


def script(name, text, *arguments):
    return measure.Way(name, (sys.executable, "-c", text, *arguments))


def reading(wall, cpu=1.0, peak=10.0):
    return measure.Reading(wall, cpu, peak, wall, {})


def test_ways_take_turns_and_the_first_turn_is_not_counted(tmp_path):
    log = tmp_path / "log"
    note = "import sys; print(sys.argv[1], file=open(sys.argv[2], 'a'))"
    ways = [script(name, note, name, str(log)) for name in ("ours", "theirs")]
    measured = measure.alternated(ways, 2)
    assert log.read_text().split() == ["ours", "theirs"] * 3
    assert [(way.name, len(way.readings)) for way in measured] == [("ours", 2), ("theirs", 2)]


def test_without_warming_up_every_turn_is_counted(tmp_path):
    (way,) = measure.alternated([script("ours", "pass")], 1, warm=False)
    assert len(way.readings) == 1


def test_a_failed_command_is_no_reading():
    with pytest.raises(measure.MeasureError, match=r"theirs: exit code 3: no such extra"):
        measure.measured(script("theirs", "import sys; print('no such extra', file=sys.stderr); sys.exit(3)"))


def test_the_part_that_counts_is_measured_apart_from_the_process():
    text = "from benchmarks.measure import work\nwith work() as said:\n    said['rows'] = 7"
    read = measure.measured(script("ours", text))
    assert read.said["rows"] == 7
    assert read.wall == read.said["wall"] < read.whole_wall
    assert read.cpu == read.said["cpu"]


def test_a_process_that_says_nothing_is_measured_as_a_whole():
    read = measure.measured(script("ours", "print('{}'); print('help')"))
    assert read.wall == read.whole_wall
    assert read.said == {}


def test_peak_memory_is_the_childs_and_not_that_of_the_process_that_measures():
    ballast = bytearray(64 * 1024 * 1024)
    ballast[::4096] = b"x" * len(ballast[::4096])
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert measure.measured(script("small", "pass")).peak < own / 2
    taken = measure.measured(script("large", f"bytearray(b'x') * {300 * 1024 * 1024}"))
    assert taken.peak > 300


def test_a_row_compares_turn_by_turn_with_ours():
    ours = measure.Measured("ours", (reading(1.0), reading(2.0)))
    theirs = measure.Measured("theirs", (reading(3.0), reading(4.0)))
    first, second = measure.rows("10 rows", (ours, theirs))
    assert first == (
        "10 rows",
        "ours",
        "1.50 (1.00-2.00)",
        "1.00 (1.00-1.00)",
        "10.0 (10.0-10.0)",
        "1",
        "1",
        "1",
    )
    assert second[5] == "2.50 (2.00-3.00)"


@pytest.mark.parametrize(
    ("number", "text"), [(0.0, "0.0"), (0.01234, "0.0123"), (12.3456, "12.3"), (1234.5, "1,234")]
)
def test_a_figure_has_three_digits_that_count(number, text):
    assert measure.figure(number) == text


def test_a_table_is_markdown_with_its_notes():
    table = measure.Table("Reading", ("what", "wall"), (("1k", "2"),), ("one", "two"))
    assert measure.markdown(table) == (
        "### Reading\n\n| what | wall |\n| :-- | :-- |\n| 1k | 2 |\n\none  \ntwo\n"
    )
