"""What a finding is about: the order and the headings of the catalogue."""

from enum import StrEnum


class Topic(StrEnum):
    """A chapter of the catalogue, in the order in which it is printed."""

    MFA = "mfa"
    CONSENT = "consent"
    ACCOUNT = "account"
    FEDERATION = "federation"
    DATAVERSE = "dataverse"
    APPLICATION = "application"
    TENANT = "tenant"
    ESTATE = "estate"
    SERVICE = "service"
    RUN = "run"
    OTHER = "other"

    @property
    def heading(self) -> str:
        """Return the chapter's heading."""
        return _TITLES[self]


_TITLES = {
    Topic.MFA: "MFA and policies",
    Topic.CONSENT: "Consent and the app",
    Topic.ACCOUNT: "Account and password",
    Topic.FEDERATION: "Federation and WS-Trust",
    Topic.DATAVERSE: "Dataverse",
    Topic.APPLICATION: "Application users",
    Topic.TENANT: "Tenant and environment",
    Topic.ESTATE: "Inventory and estate",
    Topic.SERVICE: "Network and service",
    Topic.RUN: "This audit",
    Topic.OTHER: "Others",
}
