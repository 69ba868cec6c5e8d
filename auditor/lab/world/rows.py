"""The ready-made inventory that belongs to a world."""

from typing import Literal

from pydantic import Field

from auditor.edges import Edge
from auditor.lab.world.kinds import Name


class Row(Edge):
    """A row of the ready-made inventory, and what its operator believes the password to be."""

    account: Name = Field(description="The account's principal name; it need not exist in the world.")
    environment: Name = Field(description="The environment, in any form that people paste.")
    app: str = Field(default="", description="A profile's name or a client id; empty leaves it to defaults.")
    kind: Literal["", "person", "integration"] = Field(default="", description="The column `kind`.")
    expected: Literal["", "ropc", "interactive", "application", "none"] = Field(
        default="", description="The column `expected`."
    )
    tenant: str = Field(default="", description="The column `tenant`: a domain, a GUID or empty.")
    owner: str = Field(default="", description="The column `owner`.")
    notes: str = Field(default="", description="The column `notes`.")
    skip: str = Field(default="", description="The column `skip`: empty, or the reason.")
    believes: Literal["right", "wrong", "none", ""] = Field(
        default="",
        description="Which password the operator has: the `right` one, a `wrong` (stale) one or `none`."
        " Left out: none for persons, the right one otherwise.",
    )
    signs_in_with: Literal["", "secret", "certificate", "federated"] = Field(
        default="",
        description="For a row that expects an application: which credential of the app its operator holds,"
        " in the state that `believes` says.",
    )
    password: str | None = Field(
        default=None, repr=False, description="A literal password the operator has; wins over `believes`."
    )
