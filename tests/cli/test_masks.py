"""What build services are told to hide: each secret, once, line by line, and only where they read."""

import io
import os
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cli.masks import masking
from auditor.secrets import Secret
from tests.cli.conftest import ROWS, SECRETS

GITHUB, AZURE = {"GITHUB_ACTIONS": "true"}, {"TF_BUILD": "True"}


@pytest.fixture
def masked():
    """Mask values as under an environment, on a pipe; return what came through."""

    def run(environment, *values, **how):
        inlet, outlet = os.pipe()
        with os.fdopen(inlet, encoding="utf-8") as read:
            with os.fdopen(outlet, "w", encoding="utf-8") as stream:
                mask = masking(environment=environment, stream=stream, **how)
                for value in values:
                    mask(Secret(value))
            return read.read().splitlines()

    return run


@pytest.mark.parametrize(
    ("environment", "lines"),
    [
        (GITHUB, ["::add-mask::50%25 off::%250A", "::add-mask::a", "::add-mask::b"]),
        (
            AZURE,
            ["##vso[task.setsecret]50%AZP25 off::%AZP250A"] + [f"##vso[task.setsecret]{c}" for c in "ab"],
        ),
        ({}, []),
        ({"GITHUB_ACTIONS": "false", "TF_BUILD": ""}, []),
    ],
)
def test_each_service_is_told_in_its_own_words_and_nobody_else_is(masked, environment, lines):
    assert masked(environment, "50% off::%0A", "a\r\n\n \nb\n") == lines


def test_a_value_is_told_once_and_an_empty_one_not_at_all(masked):
    assert masked(GITHUB, "a", "", "a", " b ") == ["::add-mask::a", "::add-mask:: b ", "::add-mask::b"]


def test_a_carriage_return_does_not_begin_a_line_of_the_log(masked):
    assert masked(GITHUB, "a\rb") == ["::add-mask::a%0Db"]


def test_under_quiet_standard_output_is_the_result_alone(masked):
    assert masked(GITHUB, "a", quiet=True) == []


def test_nothing_is_written_into_a_file_or_on_a_terminal_or_where_nobody_can_tell(tmp_path):
    with (tmp_path / "log").open("w", encoding="utf-8") as file:
        masking(environment=GITHUB, stream=file)(Secret("planted"))
    assert (tmp_path / "log").read_text(encoding="utf-8") == ""
    leader, follower = os.openpty()
    os.set_blocking(leader, False)
    with os.fdopen(follower, "w") as terminal:
        masking(environment=GITHUB, stream=terminal)(Secret("planted"))
    with pytest.raises(OSError):  # noqa: PT011 - nothing to read, in whichever words
        os.read(leader, 100)
    os.close(leader)
    memory = io.StringIO()
    masking(environment=GITHUB, stream=memory)(Secret("planted"))
    assert memory.getvalue() == ""


def test_many_threads_do_not_tear_the_lines(masked):
    values = [f"secret-{number}" * 20 for number in range(40)]

    inlet, outlet = os.pipe()
    with os.fdopen(inlet, encoding="utf-8") as read:
        with os.fdopen(outlet, "w", encoding="utf-8") as stream:
            mask = masking(environment=GITHUB, stream=stream)
            threads = [threading.Thread(target=mask, args=(Secret(value),)) for value in values]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert sorted(read.read().splitlines()) == sorted(f"::add-mask::{value}" for value in values)


def audited(tmp_path, lab, **environment):
    (tmp_path / "accounts.csv").write_text(ROWS, encoding="utf-8")
    known = dict(zip(("CLI_TEST_1", "CLI_TEST_2"), SECRETS, strict=True))
    kept = {name: value for name, value in os.environ.items() if name not in {"GITHUB_ACTIONS", "TF_BUILD"}}
    through = ("--proxy", lab.proxy, "--ca-bundle", str(lab.ca_file))
    return subprocess.run(
        [sys.executable, "-m", "auditor", "audit", "accounts.csv", *through, "--yes", "--no-input"],
        cwd=tmp_path,
        env={**kept, **known, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_run_under_github_tells_each_password_before_anything_that_could_hold_it(tmp_path, lab):
    done = audited(tmp_path, lab, **GITHUB)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert set(lines[:2]) == {f"::add-mask::{value}" for value in SECRETS}
    assert lines[2].startswith("report: ")
    assert not any(value in done.stderr for value in SECRETS)


def test_a_run_elsewhere_prints_no_password(tmp_path, lab):
    done = audited(tmp_path, lab)
    assert done.returncode == 0, done.stderr
    assert not any(value in done.stdout + done.stderr for value in SECRETS)


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), max_size=5))
def test_whatever_a_secret_holds_each_line_is_one_mask_and_says_it_whole(values):
    inlet, outlet = os.pipe()
    with os.fdopen(inlet, encoding="utf-8", newline="\n") as read:
        with os.fdopen(outlet, "w", encoding="utf-8", newline="\n") as stream:
            mask = masking(environment=GITHUB, stream=stream)
            for value in values:
                mask(Secret(value))
        told = [line.removeprefix("::add-mask::") for line in read.read().split("\n")[:-1]]
    named = {line.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%") for line in told}
    assert len(named) == len(told)
    for value in values:
        assert {line for line in value.replace("\r\n", "\n").split("\n") if line.strip()} <= named
