"""What is demanded beside Conditional Access: by security defaults, and by a user's own MFA state.

Documented of security defaults: everybody has to register; administrators do MFA at every sign-in, others
when Microsoft finds it necessary; legacy authentication is blocked; the account of the directory
synchronisation is left out. Documented of the per-user state: `enforced` demands MFA everywhere (other
clients need an app password), `enabled` demands registering in browsers and modern clients and leaves other
clients alone. Both add to Conditional Access; trusted addresses of the MFA settings, which no interface
shows, can spare a user the state's demand.
"""

from auditor.directory.logic import any_of
from auditor.directory.membership import Memberships
from auditor.directory.rulings import Answer
from auditor.directory.signins import ClientType, Flow, SignIn
from auditor.directory.snapshot import Known, Missing, Snapshot
from auditor.model import Truth

DEFAULTS = "security defaults"
USER_STATE = "per-user MFA"
_AZURE_MANAGEMENT = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
_SYNCHRONISATION = "d29b2b05-8046-44ba-8758-1e26182fcf32"
# the roles that security defaults ask for MFA at every sign-in
_ADMINISTRATORS = (
    "62e90394-69f5-4237-9190-012177145e10",  # Global Administrator
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",  # Application Administrator
    "c4e39bd9-1100-46d3-8c65-fb160da0071f",  # Authentication Administrator
    "0526716b-113d-4c15-b2c8-68e3c22b9f80",  # Authentication Policy Administrator
    "b0f54661-2d74-4c50-afa3-1ec803f12efe",  # Billing Administrator
    "158c047a-c907-4556-b7ef-446551a6b5f7",  # Cloud Application Administrator
    "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",  # Conditional Access Administrator
    "29232cdf-9323-42fd-ade2-1d097af3e4de",  # Exchange Administrator
    "729827e3-9c14-49f7-bb1b-9608f156bbb8",  # Helpdesk Administrator
    "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e",  # Identity Governance Administrator
    "966707d0-3269-4727-9be2-8c3a10f19b9d",  # Password Administrator
    "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",  # Privileged Authentication Administrator
    "e8611ab8-c189-46e8-94e1-60213ab1f814",  # Privileged Role Administrator
    "194ae4cb-b126-40b2-bd5b-6091b380977d",  # Security Administrator
    "f28a1f50-f6e7-4571-818b-6a12f2af6b6c",  # SharePoint Administrator
    "69091246-20e8-4a56-aa4d-066075b2a7a8",  # Teams Administrator
    "fe930be7-5e62-47db-91af-98c3a49a38b1",  # User Administrator
)
_NO = Answer(Truth.FAILS)
_LEGACY = frozenset({ClientType.OTHER, ClientType.EXCHANGE})


def mfa_by_defaults(snapshot: Snapshot, sign_in: SignIn, memberships: Memberships) -> Answer:
    """Return whether security defaults demand MFA; of people who are no administrators Microsoft decides."""
    part = snapshot.security_defaults
    if isinstance(part, Missing):
        return Answer(Truth.UNANSWERED, why=(f"{DEFAULTS}: {part}",))
    if not part.value:
        return _NO
    admin = any_of(memberships.role(role).holds(sign_in.user_id) for role in _ADMINISTRATORS)
    sync = memberships.role(_SYNCHRONISATION).holds(sign_in.user_id)
    if sync is Truth.HOLDS:
        return _NO
    if sync is Truth.FAILS and (admin is Truth.HOLDS or sign_in.app_id == _AZURE_MANAGEMENT):
        return Answer(Truth.HOLDS, by=(DEFAULTS,))
    return Answer(Truth.UNANSWERED, perhaps=(DEFAULTS,), why=("Microsoft decides when it asks for MFA",))


def blocked_by_defaults(snapshot: Snapshot, sign_in: SignIn) -> Answer:
    """Return whether security defaults block the sign-in: legacy clients do, device codes may."""
    part = snapshot.security_defaults
    if isinstance(part, Missing):
        return Answer(Truth.UNANSWERED, why=(f"{DEFAULTS}: {part}",))
    if not part.value:
        return _NO
    if sign_in.client_type in _LEGACY:
        return Answer(Truth.HOLDS, by=(DEFAULTS,))
    if sign_in.flow is Flow.DEVICE_CODE or sign_in.client_type is None:
        return Answer(Truth.UNANSWERED, perhaps=(DEFAULTS,), why=("security defaults may block this flow",))
    return Answer(Truth.FAILS)


def mfa_by_state(snapshot: Snapshot, sign_in: SignIn) -> Answer:
    """Return whether a user's own MFA state demands MFA."""
    part = snapshot.user_states
    state = part.value.get(sign_in.user_id) if isinstance(part, Known) else None
    if state is None:
        why = str(part) if isinstance(part, Missing) else "not read for this user"
        return Answer(Truth.UNANSWERED, why=(f"{USER_STATE}: {why}",))
    if state == "disabled" or (state == "enabled" and sign_in.client_type in _LEGACY):
        return _NO
    if state in {"enabled", "enforced"}:
        return Answer(Truth.HOLDS, by=(f"{USER_STATE} ({state})",))
    return Answer(Truth.UNANSWERED, perhaps=(USER_STATE,), why=(f"{USER_STATE}: {state[:40]} is not known",))
