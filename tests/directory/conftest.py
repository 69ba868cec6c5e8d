"""Exports of a directory, written as Microsoft Graph writes them."""

import json

import pytest

from auditor.directory.exports import read_export

GRAPH = "https://graph.microsoft.com/v1.0/$metadata#"


def write(folder, name, data, encoding="utf-8"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding=encoding)
    return path


def page(context, rows, **more):
    return {"@odata.context": GRAPH + context, "value": rows, **more}


@pytest.fixture
def export(tmp_path):
    """Write files of an export: `export({"users.json": {...}})` returns the snapshot."""

    def made(files, encoding="utf-8"):
        for name, data in files.items():
            write(tmp_path, name, data, encoding)
        return read_export(tmp_path)

    return made
