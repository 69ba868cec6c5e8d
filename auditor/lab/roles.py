"""Directory roles by name: the ids of their templates, as Microsoft's page of built-in roles prints them."""

from auditor.lab.estate import derived_id

ORDINARY_USER = derived_id("role", "ordinary user")
"""What every member's token carries beside their roles; the real one has an id of its own."""
TEMPLATES = {
    "Global Administrator": "62e90394-69f5-4237-9190-012177145e10",
    "Global Reader": "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
    "Security Reader": "5d6b6bb7-de71-4623-b4af-96380a352509",
    "Security Operator": "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f",
    "Security Administrator": "194ae4cb-b126-40b2-bd5b-6091b380977d",
    "Reports Reader": "4a5d8f65-41da-4de4-8968-e035b65339cf",
    "Conditional Access Administrator": "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",
    "Authentication Policy Administrator": "0526716b-113d-4c15-b2c8-68e3c22b9f80",
    "Privileged Role Administrator": "e8611ab8-c189-46e8-94e1-60213ab1f814",
    "Application Administrator": "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
    "Cloud Application Administrator": "158c047a-c907-4556-b7ef-446551a6b5f7",
    "Directory Readers": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
    "User Administrator": "fe930be7-5e62-47db-91af-98c3a49a38b1",
    "Helpdesk Administrator": "729827e3-9c14-49f7-bb1b-9608f156bbb8",
}
_NAMES = {name.lower(): template for name, template in TEMPLATES.items()}


def role_template(name: str) -> str:
    """Return the id of a role's template: a built-in one's, or one that follows from the name."""
    return _NAMES.get(name.lower()) or derived_id("roleTemplate", name)
