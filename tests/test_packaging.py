"""What is installed: code, rules and reports, under one name, the same from a wheel as from a checkout."""

import subprocess
import sys
import tarfile
import zipfile

import pytest

from tests.conftest import CHECKOUT


def tracked(folder):
    """The files of a folder as the build sees them, relative to the checkout."""
    return {
        str(path.relative_to(CHECKOUT))
        for path in (CHECKOUT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A wheel and a source distribution, built once."""
    folder = tmp_path_factory.mktemp("dist")
    for kind in ("wheel", "sdist"):
        subprocess.run(
            [sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", folder, CHECKOUT],
            check=True,
            capture_output=True,
        )
    return folder


@pytest.fixture
def wheel_names(built):
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        return set(packed.namelist())


def test_a_wheel_leaks_no_other_top_level_name(wheel_names):
    tops = {name.split("/")[0] for name in wheel_names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"auditor"}


@pytest.mark.parametrize("kind", ["rules", "reports"])
def test_a_wheel_holds_the_data_files_and_no_others(wheel_names, kind):
    inside = {name for name in wheel_names if name.startswith(f"auditor/_data/{kind}/")}
    assert inside == {f"auditor/_data/{name}" for name in tracked(kind)}


@pytest.mark.parametrize("kind", ["rules", "reports"])
def test_data_folders_hold_no_code(kind):
    assert not [name for name in tracked(kind) if name.endswith((".py", ".pyc", ".sh"))]


def test_a_wheel_holds_the_code_and_the_shipped_worlds(wheel_names):
    code = {name for name in wheel_names if name.startswith("auditor/") and "/_data/" not in name}
    assert code == tracked("auditor")


def test_a_source_distribution_holds_what_a_wheel_is_built_from(built):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    assert tracked("auditor") | tracked("rules") | tracked("reports") <= names


def test_an_installed_wheel_finds_its_data_away_from_the_checkout(built, tmp_path):
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "site")
    look = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from auditor.rulebook.load import load_rulebook; import auditor;"
        "print(auditor.__file__.startswith(sys.argv[1]), len(load_rulebook().findings) > 10)"
    )
    done = subprocess.run(
        [sys.executable, "-c", look, tmp_path / "site"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["True", "True"]
