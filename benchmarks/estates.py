"""Invented inventories of any size, the same each time, as customers' spreadsheets are."""

import csv
from collections.abc import Iterator
from pathlib import Path

HEAD = (
    "UPN",
    "Environment URL",
    "Account type",
    "App",
    "Tenant",
    "Credential",
    "Expected",
    "Owner",
    "Department",
    "Phone",
    "Notes",
    "Skip",
)
_DOMAINS = ("contoso.com", "emea.contoso.com", "fabrikam.com", "fabrikam.onmicrosoft.com", "contoso.example")
_APPS = ("resco-mobile-crm", "Resco Mobile CRM")
_LAST_OF_100, _LAST_OF_10 = 99, 9
_OWNERS = ("Field service", "Sales, north", "IT operations", "Müller & Partner", "")


def inventory_rows(count: int) -> Iterator[tuple[str, ...]]:
    """Yield so many rows below `HEAD`: a tenth of the accounts twice, one row in a hundred repeats a case."""
    for number in range(count):
        row = number - (number % 100 == _LAST_OF_100)
        person = row - (row % 10 == _LAST_OF_10)
        place = row % 37
        domain = _DOMAINS[person % len(_DOMAINS)]
        yield (
            f"User{person:06}.Name@{domain}",
            f"https://org{place}.crm{place % 3 + 4}.dynamics.com/main.aspx",
            "Integration user" if person % 3 else "person",
            _APPS[row % len(_APPS)],
            domain,
            f"env:PASSWORD_{person}",
            "ropc" if person % 3 else "",
            _OWNERS[person % len(_OWNERS)],
            f"Cost centre {person % 90}",
            f"+49 30 {person:07}",
            "checked by telephone" if not person % 20 else "",
            "",
        )


def write_csv(path: Path, count: int) -> None:
    """Write an inventory as semicolon separated text."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEAD)
        writer.writerows(inventory_rows(count))


def write_xlsx(path: Path, count: int) -> None:
    """Write an inventory as a workbook."""
    import openpyxl  # noqa: PLC0415 - makes a process large; meant for a child that only writes

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Accounts")
    sheet.append(HEAD)
    for row in inventory_rows(count):
        sheet.append([cell or None for cell in row])
    book.save(path)
