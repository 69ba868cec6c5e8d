from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
import pytest

from auditor.clouds import Clouds, load_clouds
from auditor.inventory import ReadOptions, read_inventory
from auditor.model import AppProfile, Grant, Inventory, SignsInFrom, Sureness

RESCO = "11111111-2222-4333-8444-555555555555"
SAMPLE = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"


def profile(name: str, title: str, client_id: str) -> AppProfile:
    return AppProfile(
        name=name,
        title=title,
        client_id=client_id,
        client_id_sure=Sureness.UNVERIFIED,
        grants={Grant.ROPC: Sureness.SOURCED},
        signs_in_from=SignsInFrom.DEVICE,
    )


def make_apps() -> Mapping[str, AppProfile]:
    profiles = (
        profile("resco-mobile-crm", "Resco Mobile CRM", RESCO),
        profile("resco-inspections", "Resco Inspections", RESCO),
        profile("dataverse-sample", "Microsoft's Dataverse sample", SAMPLE),
        profile("resco-crm-sync", "Resco CRM sync", ""),
        profile("own-registration", "A registration of your own", ""),
    )
    return {p.name: p for p in profiles}


@pytest.fixture(scope="session")
def apps() -> Mapping[str, AppProfile]:
    return make_apps()


@pytest.fixture(scope="session")
def clouds() -> Clouds:
    return load_clouds()


@pytest.fixture
def read(apps: Mapping[str, AppProfile], clouds: Clouds) -> Callable[..., Inventory]:
    """Read a file; rows that name no app mean the Resco app."""

    def reading(path: Path, **options: object) -> Inventory:
        return read_inventory(
            path, ReadOptions(**{"default_app": "resco-mobile-crm", **options}), apps, clouds
        )

    return reading


@pytest.fixture
def text(tmp_path: Path) -> Callable[..., Path]:
    """Write a text file, as text in UTF-8 or as the bytes given."""

    def writing(content: str | bytes, name: str = "accounts.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return writing


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """Write a workbook: sheet name -> rows; `change` gets the openpyxl workbook before it is saved."""

    def writing(
        sheets: Mapping[str, list[list[object]]],
        name: str = "accounts.xlsx",
        change: Callable[[openpyxl.Workbook], None] = lambda _: None,
    ) -> Path:
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.active)
        for title, rows in sheets.items():
            sheet = workbook.create_sheet(title)
            for row in rows:
                sheet.append(row)
        change(workbook)
        workbook.save(tmp_path / name)
        return tmp_path / name

    return writing
