"""From a folder and the way to the network to what resolves credentials."""

from dataclasses import replace
from pathlib import Path

from auditor.cli.masks import masking
from auditor.key_vault import KeyVaults
from auditor.network import DoorSettings
from auditor.secrets import Resolver

_LONGEST_KEY = 64 * 1024


def resolver_for(base: Path, door: DoorSettings, *, quiet: bool = False, keys: bool = False) -> Resolver:
    """Return what resolves references: `file:` from a folder, `keyvault:` over the network; keys are longer.

    What it finds is masked where a build service runs us (auditor.cli.masks).
    """
    resolver = Resolver(base, vault=KeyVaults(door), noticed=masking(quiet=quiet))
    return replace(resolver, most=_LONGEST_KEY) if keys else resolver
