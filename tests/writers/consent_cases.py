"""What is advised about the consent of the fixed audit's cases; every step once, and one hostile account."""

from auditor.consent_links import Links, Parts
from auditor.model import ConsentAdvice, ConsentLink, ConsentStep, LinkKind

INDIVIDUAL, ORGANISATION, REGISTRATION = LinkKind
LOGIN, TENANT = "login.microsoftonline.com", "11111111-2222-3333-4444-555555555555"
REDIRECT = "https://login.microsoftonline.com/common/oauth2/nativeclient"


def links_of(account, client_id, environment, *kinds, redirect_uri=REDIRECT):
    """Return links in this order; those that cannot be made say why."""
    made, parts = Links(), Parts(LOGIN, TENANT, client_id, redirect_uri, environment)
    urls = {
        INDIVIDUAL: made.individual(parts, account),
        ORGANISATION: made.organisation(parts),
        REGISTRATION: made.registration(parts),
    }
    return tuple(
        ConsentLink(kind, urls[kind], "" if urls[kind] else "no link: no redirect URI is known for the app")
        for kind in kinds
    )


def advice(step, title, why, links=()):
    """Return what is advised about a case."""
    return ConsentAdvice(title.lower().replace(" ", "-"), title, why, step, TENANT, tuple(links))


FITS = advice(ConsentStep.NOTHING, "Consent is there and fits", "It covers this account. No link is needed.")
DISABLED = advice(ConsentStep.OTHER, "The account cannot sign in", "Settle that first.")


def enough(account, client_id, environment):
    """Return that individual consent is enough."""
    links = links_of(account, client_id, environment, INDIVIDUAL, ORGANISATION, REGISTRATION)
    return advice(ConsentStep.OPEN, "Individual consent is enough", "Nobody has consented (65001).", links)


def behalf(account, client_id, environment):
    """Return that an administrator has to consent, for an app whose redirect URI nobody knows."""
    links = links_of(account, client_id, environment, REGISTRATION, ORGANISATION, redirect_uri="")
    return advice(ConsentStep.OPEN, "The organisation does not allow it", "An administrator can.", links)


def wider(account, client_id, environment):
    """Return that consent could be narrower."""
    links = links_of(account, client_id, environment, INDIVIDUAL)
    return advice(ConsentStep.NARROW, "Consent is there, and wider than needed", "It covers more.", links)


def unknown(account, client_id, environment):
    """Return that nobody knows, of an account with a name of its own kind; one link is too long for Excel."""
    links = links_of(account, client_id, environment, INDIVIDUAL, ORGANISATION)
    long = ConsentLink(REGISTRATION, f"https://{LOGIN}/{TENANT}/adminconsent?client_id={'a' * 2_100}")
    return advice(ConsentStep.TRY, "=1+1", f"{account} may not be known.", (*links, long))
