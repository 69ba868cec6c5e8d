"""The machine: who could be asked here, and which optional parts are installed that the inventory needs."""

import platform
from collections.abc import Iterable, Iterator
from importlib.util import find_spec

from auditor import __version__
from auditor.model import Case
from auditor.run.doctor.interface import Area, Check, State

_PARTS = {"keyring": ("keyring",), "keyvault": ("azure.identity", "azure.keyvault.secrets")}
"""What each extra brings; the scheme of the same name needs it."""


def checks(cases: Iterable[Case], *, present: bool, browser: bool) -> Iterator[Check]:
    """Yield what the machine has; `present` says that somebody sits at a terminal."""
    yield _fine(f"auditor {__version__}, Python {platform.python_version()} on {platform.system()}")
    if present:
        yield _fine("a terminal: somebody can be asked")
    else:
        yield Check(Area.MACHINE, State.NOTE, "no terminal: nobody can be asked")
    if browser:
        yield _fine("a browser for interactive sign-ins")
    else:
        yield Check(
            Area.MACHINE,
            State.NOTE,
            "no browser: nobody can sign in interactively here",
            "administrators can sign in with --sign-in device-code, or as an app",
        )
    needed = {case.credential.scheme for case in cases if case.credential is not None}
    for extra, modules in _PARTS.items():
        yield from _extra(extra, modules, needed=extra in needed)


def _extra(extra: str, modules: Iterable[str], *, needed: bool) -> Iterator[Check]:
    if all(map(_installed, modules)):
        yield _fine(f"extra {extra} is installed")
    elif needed:
        advice = f"pip install 'wstrust-oauth-auditor[{extra}]'"
        yield Check(Area.MACHINE, State.CANNOT, f"extra {extra} is missing, and credentials need it", advice)
    else:
        yield _fine(f"extra {extra} is not installed, and nothing here needs it")


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):  # a part of the name is missing, or was taken out
        return False


def _fine(says: str) -> Check:
    return Check(Area.MACHINE, State.FINE, says)
