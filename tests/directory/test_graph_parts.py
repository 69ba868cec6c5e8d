"""The table of permissions: read only, complete, and the one that docs/directory.md prints."""

import pytest

from auditor.directory.graph_parts import READINGS, ROLES
from auditor.directory.snapshot import Part
from auditor.lab.roles import TEMPLATES
from tests.conftest import CHECKOUT


def rows():
    for reading in READINGS:
        roles = ", ".join(sorted(reading.roles)) or "-"
        also = ", ".join(reading.also) or "-"
        premium = "yes" if reading.premium else "-"
        yield f"| {reading.part} | {reading.permission} | {also} | {roles} | {premium} |"


def test_the_page_prints_the_table():
    page = (CHECKOUT / "docs" / "directory.md").read_text(encoding="utf-8")
    for row in rows():
        assert row in page.splitlines()


def test_every_part_of_a_snapshot_is_read():
    assert {reading.part for reading in READINGS} == set(Part)


@pytest.mark.parametrize("reading", READINGS, ids=lambda reading: str(reading.part))
def test_a_permission_reads_and_a_role_is_known(reading):
    for permission in (reading.permission, *reading.also):
        assert ".Read." in permission
        assert "Write" not in permission
    assert set(reading.role_ids.values()) == set(reading.roles)


def test_the_lab_s_roles_are_the_same():
    assert {name: TEMPLATES[name] for name in ROLES.values()} == {name: key for key, name in ROLES.items()}
