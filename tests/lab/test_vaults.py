"""The lab's key vaults: names that lead nowhere are problems of the world."""

import pytest

from auditor.errors import LabError
from auditor.lab.world import world_from

BASE = {
    "version": 1,
    "tenants": [
        {
            "id": "11111111-2222-3333-4444-555555555555",
            "name": "contoso",
            "domains": [{"name": "contoso.example"}],
            "apps": [{"app": "resco-mobile-crm"}],
        }
    ],
}
VAULT = {"host": "contoso.vault.azure.net", "tenant": "contoso", "readers": ["resco-mobile-crm"]}


@pytest.mark.parametrize(
    ("vaults", "said"),
    [
        ([VAULT, VAULT], "stands 2 times"),
        ([{**VAULT, "tenant": "nobody"}], "vaults.0.tenant: no tenant is called nobody"),
        ([{**VAULT, "readers": ["resco-inspector"]}], "has no application resco-inspector"),
    ],
)
def test_a_vault_whose_parts_lead_nowhere_is_a_problem(vaults, said):
    with pytest.raises(LabError, match=said):
        world_from({**BASE, "vaults": vaults})


def test_another_value_is_another_version_and_the_last_one_is_current():
    secrets = [{"name": "a", "value": value} for value in ("one", "two")]
    (vault,) = world_from({**BASE, "vaults": [{**VAULT, "secrets": secrets}]}).vaults
    older, current = vault.secrets
    assert older.version != current.version
    assert vault.secret("A", "") is current
    assert vault.secret("a", older.version) is older
    assert vault.secret("b", "") is None
