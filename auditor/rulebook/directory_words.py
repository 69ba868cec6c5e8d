"""What texts may say of the directory: the values behind those placeholders that only it can fill."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from auditor.model import FactValue, Known
from auditor.rulebook.book import Rulebook
from auditor.rulebook.directory import ACCESS, CONSENT, QUESTIONS, USER, listed, unread
from auditor.rulebook.expiry import password_words
from auditor.rulebook.joined import doubted, interactive
from auditor.rulebook.seen import Seen

Facts: TypeAlias = Mapping[str, FactValue]

_MORE = "more than a password required"
# what of the directory stands in the way of a token, in the order of the service's checks, and its meaning
_OBSTACLES = (
    ({"account_enabled": "no"}, "account_disabled"),
    ({"app_known": "no"}, "app_not_found"),
    ({"app_enabled": "no"}, "app_disabled"),
    ({"dataverse_known": "no"}, "resource_not_found"),
    ({"dataverse_enabled": "no"}, "resource_disabled"),
    ({"assignment_missing": "yes"}, "assignment_required"),
    ({"account_type": "guest"}, "guest_or_foreign_account"),
    ({"policy_ropc": "blocked"}, "blocked_by_conditional_access"),
    ({"policy_ropc": "mfa", "mfa_registered": "no"}, "mfa_registration_required"),
    ({"policy_ropc": "mfa"}, "mfa_required"),
    ({"policy_ropc": "unmet"}, _MORE),
    ({"consent_kind": "none", "user_may_consent": "no"}, "admin_consent_required"),
    ({"consent_kind": "none"}, "consent_required"),
)
_FACTS = (
    "account_enabled",
    "directory_user",
    "consent_kind",
    "mfa_registered",
    "per_user_mfa",
    "security_defaults",
    "user_may_consent",
)
_SETTINGS = ("security defaults", "per-user MFA")  # what stands among policies without being one
WORDS = (
    *(
        "policies",
        "interactive_policies",
        "rule",
        "exclusions",
        "report_only",
        "what_if",
        "ropc_in_log",
        "assertion_in_log",
        "wider",
        "consent_by",
        "unread",
    ),
    *("place", "open_rules", "password_changed", "directory_at", "directory_source", "obstacle", "mfa_cause"),
    *("password_expires", "password_expires_why", "password_never_by", "password_days"),
    *("mfa_doubt", "consent_doubt", *_FACTS),
)
"""The placeholders that are empty where no directory was read."""
_NOTHING = dict.fromkeys(WORDS, "")


def directory_words(book: Rulebook, seen: Seen, facts: Facts) -> dict[str, str]:
    """Return placeholder -> value for all of WORDS, "" where there is nothing to say."""
    if not any(question in seen.slots for question in QUESTIONS):
        return _NOTHING
    policies = _rules(listed(seen, ACCESS, "ropc_by"))
    by_interactive = _rules(listed(seen, ACCESS, "interactive_by"))
    return {
        **{name: _word(facts, name) for name in _FACTS},
        **_read_at(seen),
        "policies": policies,
        "interactive_policies": by_interactive,
        "rule": by_interactive if interactive(facts) else policies,
        "exclusions": "; ".join(listed(seen, ACCESS, "ropc_exclusion")),
        "report_only": _rules(listed(seen, ACCESS, "report_only")),
        "what_if": "; ".join(listed(seen, ACCESS, "what_if")),
        "wider": ", ".join(listed(seen, CONSENT, "wider")),
        "consent_by": _either(listed(seen, CONSENT, "consent_by")),
        "unread": "; ".join(unread(seen)),
        "place": seen.detail(ACCESS, "location_used"),
        "open_rules": seen.detail(ACCESS, "ropc_why"),
        "ropc_in_log": seen.detail(USER, "ropc_in_log"),
        "assertion_in_log": seen.detail(USER, "assertion_in_log"),
        "password_changed": seen.detail(USER, "password_changed"),
        **password_words(seen),
        "obstacle": _obstacle(book, facts, policies),
        "mfa_cause": policies if _word(facts, "mfa_sources") == "agree" else "",
        "mfa_doubt": _yes(facts["mfa_sources"]),
        "consent_doubt": _yes(facts["consent_sources"]),
    }


def _read_at(seen: Seen) -> dict[str, str]:
    """Return where the directory was read and when, the oldest of what was."""
    items = [item for question in QUESTIONS if (item := seen.observed(question)) is not None]
    oldest = min(items, key=lambda item: item.at, default=None)
    return {
        "directory_source": oldest.source if oldest else "",
        "directory_at": f"{oldest.at:%Y-%m-%d %H:%M} UTC" if oldest else "",
    }


def _rules(names: Sequence[str]) -> str:
    return " and ".join(name if name.startswith(_SETTINGS) else f'"{name}"' for name in names)


def _either(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else "".join(names)


def _obstacle(book: Rulebook, facts: Facts, policies: str) -> str:
    for wanted, outcome in _OBSTACLES:
        if all(_word(facts, name) == value for name, value in wanted.items()):
            label = _MORE if outcome == _MORE else book.outcomes[outcome].label
            return f"{label}: {policies}" if policies and "policy_ropc" in wanted else label
    return ""


def _word(facts: Facts, name: str) -> str:
    value = facts[name]
    return value.value if isinstance(value, Known) else ""


def _yes(sources: FactValue) -> str:
    return "yes" if doubted(sources) else ""
