"""Which part of a directory a row of an export belongs to: by what it holds, and by Graph's own context.

A file's name decides only what nothing else can: whose members a list of members is.
"""

import re
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from auditor.directory.snapshot import Part

if TYPE_CHECKING:
    from auditor.directory.documents import Document
    from auditor.directory.values import Plain

GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_CONTEXT = re.compile(r'"@odata\.context"\s*:\s*"[^"]*\$metadata#([^"]*)"')
_KEY = re.compile(r'"(\w+)"\s*:')
_MEMBERS = re.compile(r"members?(?![a-z])")

# what a row of a part has and no other: every key of any one set
_SIGNS: tuple[tuple[Part, tuple[frozenset[str], ...]], ...] = tuple(
    (part, tuple(frozenset(keys.split()) for keys in signs))
    for part, signs in (
        (Part.POLICIES, ("conditions state", "conditions grantcontrols", "conditions sessioncontrols")),
        (Part.LOCATIONS, ("ipranges", "countriesandregions", "compliantnetworktype")),
        (Part.STRENGTHS, ("allowedcombinations", "requirementssatisfied")),
        (Part.REGISTRATIONS, ("ismfaregistered", "ismfacapable", "methodsregistered")),
        (Part.USER_STATES, ("perusermfastate",)),
        (
            Part.SIGN_INS,
            ("clientappused", "conditionalaccessstatus", "incomingtokentype", "correlationid appid"),
        ),
        (
            Part.AUTHORIZATION,
            ("defaultuserrolepermissions", "permissiongrantpolicyidsassignedtodefaultuserrole"),
        ),
        (Part.GRANTS, ("clientid consenttype", "clientid resourceid scope")),
        (Part.ASSIGNMENTS, ("principalid resourceid approleid", "principalid resourceid principaltype")),
        (Part.ROLES, ("roletemplateid", "roledefinitionid principalid")),
        (Part.REALM_POLICIES, ("definition isorganizationdefault",)),
        (Part.ORGANIZATION, ("verifieddomains",)),
        (
            Part.DOMAINS,
            ("id authenticationtype", "id passwordvalidityperiodindays", "id isverified supportedservices"),
        ),
        (Part.MEMBERS, ("id transitivemembers", "groupid userid", "groupid memberid", "groupid principalid")),
        (
            Part.SERVICE_PRINCIPALS,
            ("appid serviceprincipaltype", "appid approleassignmentrequired", "appid appownerorganizationid"),
        ),
        (Part.APPLICATIONS, ("appid passwordcredentials", "appid publicclient", "appid signinaudience")),
        (
            Part.GROUPS,
            ("id grouptypes", "id securityenabled", "id mailenabled", "id isassignabletorole", "id members"),
        ),
        (Part.USERS, ("userprincipalname id",)),
    )
)

# how Graph's context begins, for rows that do not tell and for empty lists
_CONTEXTS: tuple[tuple[re.Pattern[str], Part], ...] = tuple(
    (re.compile(pattern), part)
    for pattern, part in (
        (r"(identity/)?conditionalaccess/policies", Part.POLICIES),
        (r"(identity/)?conditionalaccess/namedlocations", Part.LOCATIONS),
        (r"(identity/conditionalaccess/|policies/)authenticationstrength", Part.STRENGTHS),
        (r"(reports/)?authenticationmethods/userregistrationdetails", Part.REGISTRATIONS),
        (r"userregistrationdetails", Part.REGISTRATIONS),
        (r"policies/identitysecuritydefaultsenforcementpolicy", Part.SECURITY_DEFAULTS),
        (r"identitysecuritydefaultsenforcementpolic", Part.SECURITY_DEFAULTS),
        (r"policies/authorizationpolicy|authorizationpolic", Part.AUTHORIZATION),
        (r"policies/homerealmdiscoverypolicies|homerealmdiscoverypolic", Part.REALM_POLICIES),
        (r"users\('[^']*'\)/authentication/requirements", Part.USER_STATES),
        (r"(auditlogs/)?signins", Part.SIGN_INS),
        (r"oauth2permissiongrants", Part.GRANTS),
        (r"(serviceprincipals\('[^']*'\)/)?approleassign", Part.ASSIGNMENTS),
        (r"serviceprincipals(?!\(')", Part.SERVICE_PRINCIPALS),
        (r"applications(?!\(')", Part.APPLICATIONS),
        (r"directoryroles|rolemanagement/directory/roleassignments", Part.ROLES),
        (r"organization", Part.ORGANIZATION),
        (r"domains(?!\(')", Part.DOMAINS),
        (r"groups(\('[^']*'\)/(transitive)?members|\(id,transitivemembers)", Part.MEMBERS),
        (r"groups(?!\(')", Part.GROUPS),
        (r"users(?!\(')", Part.USERS),
    )
)
_TYPES = {
    "#microsoft.graph.domain": Part.DOMAINS,
    "#microsoft.graph.user": Part.USERS,
    "#microsoft.graph.group": Part.GROUPS,
    "#microsoft.graph.serviceprincipal": Part.SERVICE_PRINCIPALS,
    "#microsoft.graph.application": Part.APPLICATIONS,
    "#microsoft.graph.ipnamedlocation": Part.LOCATIONS,
    "#microsoft.graph.countrynamedlocation": Part.LOCATIONS,
    "#microsoft.graph.compliantnetworknamedlocation": Part.LOCATIONS,
    "#microsoft.graph.directoryrole": Part.ROLES,
    "#microsoft.graph.conditionalaccesspolicy": Part.POLICIES,
}


# what only policies have as their state: such a row was exported without its conditions
_STATES = frozenset({"enabled", "disabled", "enabledforreportingbutnotenforced"})
# what the name of a file says of a refusal in it
_NAMED = (
    ("registration", Part.REGISTRATIONS),
    ("peruser", Part.USER_STATES),
    ("securitydefault", Part.SECURITY_DEFAULTS),
    ("namedlocation", Part.LOCATIONS),
    ("strength", Part.STRENGTHS),
    ("conditionalaccess", Part.POLICIES),
    ("authorizationpolic", Part.AUTHORIZATION),
    ("homerealm", Part.REALM_POLICIES),
    ("permissiongrant", Part.GRANTS),
    ("roleassign", Part.ASSIGNMENTS),
    ("serviceprincipal", Part.SERVICE_PRINCIPALS),
    ("appregistration", Part.APPLICATIONS),
    ("directoryrole", Part.ROLES),
    ("signin", Part.SIGN_INS),
    ("organization", Part.ORGANIZATION),
    ("member", Part.MEMBERS),
    ("group", Part.GROUPS),
    ("user", Part.USERS),
    ("domain", Part.DOMAINS),
)


def part_by_name(name: str) -> Part | None:
    """Return the part that a file's name speaks of; good enough for a refusal, never for rows."""
    letters = re.sub(r"[^a-z]", "", name.lower())
    return next((part for word, part in _NAMED if word in letters), None)


def part_by_text(name: str, text: str) -> Part | None:
    """Return the part that a file was about which cannot be read, by how it begins, else by its name."""
    lower = text.lower()
    context = _CONTEXT.search(lower)
    told = _of_context(context[1]) if context else None
    return told or _by_keys(frozenset(_KEY.findall(lower))) or part_by_name(name)


def _by_keys(keys: AbstractSet[str]) -> Part | None:
    return next((part for part, signs in _SIGNS if any(sign <= keys for sign in signs)), None)


def by_context(document: "Document") -> Part | None:
    """Return the part that Graph's context names, None where there is none or it says nothing."""
    return _of_context(document.context.lower())


def _of_context(text: str) -> Part | None:
    return next((part for pattern, part in _CONTEXTS if pattern.match(text)), None) if text else None


def group_of(document: "Document") -> str | None:
    """Return the group whose members a document lists, by its context or its name; else None."""
    context = re.match(rf"groups\('({GUID.pattern})'\)/(?:transitive)?members", document.context.lower())
    if context:
        return context[1]
    name = document.name.lower()
    found = GUID.findall(name)
    outside = GUID.sub("", name)
    return found[-1] if found and _MEMBERS.search(outside) and "memberof" not in outside else None


def lists_all_levels(document: "Document") -> bool:
    """Return whether a list of members holds those of further groups as well."""
    return "transitive" in f"{document.context}{document.name}".lower()


def part_of(row: "Plain", document: "Document") -> Part | None:
    """Return the part that a row belongs to, None where nothing tells."""
    if document.listed and group_of(document) and "id" in row:
        return Part.MEMBERS
    keys = row.keys()
    told = _by_keys(keys)
    context = by_context(document)
    if told is Part.USERS and context in {Part.REGISTRATIONS, Part.MEMBERS}:
        return context
    if told is not None:
        return told
    if (
        context is None
        and "isenabled" in keys
        and "security defaults" in str(row.get("displayname", "")).lower()
    ):
        return Part.SECURITY_DEFAULTS
    if context is None and "displayname" in keys and str(row.get("state", "")).lower() in _STATES:
        return Part.POLICIES
    return context or _TYPES.get(str(row.get("@odata.type", "")).lower())
