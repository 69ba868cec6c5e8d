"""Whatever a directory may say of an account and a case, for property tests."""

from hypothesis import strategies as st

NO_LICENCE = "conditional access policies: the tenant has no licence for it"

YNU = st.sampled_from(["yes", "no", "unknown"])
WAY = st.sampled_from(["allowed", "mfa", "blocked", "unmet", "unknown"])
SENTENCES = st.lists(
    st.sampled_from([NO_LICENCE, "users: refused", "permission grants: throttled", "P: by risk"]), max_size=3
).map(tuple)
RULES = st.lists(st.sampled_from(["P", "security defaults"]), max_size=2).map(tuple)
ANY_USER = st.fixed_dictionaries(
    {
        "found": st.booleans(),
        "enabled": YNU,
        "synced": YNU,
        "mfa_registered": YNU,
        "mfa_capable": YNU,
        "user_type": st.sampled_from(["member", "guest", "unknown"]),
        "password_expiry": st.sampled_from(["never", "policy", "unknown"]),
        "password_expires": st.sampled_from(["never", "", "2026-11-01", "2026-11-20", "2031-01-01"]),
        "per_user_mfa": st.sampled_from(["disabled", "enabled", "enforced", "unknown"]),
        "unread": SENTENCES,
    }
)
ANY_ACCESS = st.fixed_dictionaries(
    {
        "ropc": WAY,
        "ropc_by": RULES,
        "ropc_mfa": YNU,
        "ropc_without_risk": WAY,
        "interactive": WAY,
        "interactive_by": RULES,
        "ropc_exclusion": st.sampled_from([(), ("P excludes group G",)]),
        "report_only": st.sampled_from([(), ("Q",)]),
        "security_defaults": st.sampled_from(["on", "off", "unknown"]),
        "location_used": st.sampled_from(["", "office"]),
        "unread": SENTENCES,
    }
)
ANY_CONSENT = st.fixed_dictionaries(
    {
        "consent": st.sampled_from(["none", "user", "all", "unknown"]),
        "wider": st.sampled_from([(), ("Microsoft Graph: Mail.Read",)]),
        "user_may_consent": YNU,
        "app_known": YNU,
        "app_enabled": YNU,
        "assignment_required": YNU,
        "assigned": YNU,
        "dataverse_known": YNU,
        "dataverse_enabled": YNU,
        "unread": SENTENCES,
    }
)
