"""HTML in which everything that came from outside is escaped, and the frame that all pages share."""

from html import escape

from auditor.lab.exchange import Reply

_VOID = frozenset({"input", "meta", "br"})
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_STYLE = """
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; align-items: center;
  justify-content: center; background: linear-gradient(160deg, #eef3f8, #dde7f0);
  font: 15px/1.4 "Segoe UI", "DejaVu Sans", Arial, sans-serif; color: #1b1b1b }
body.sts { background: #3b5166 }
main { width: 440px; max-width: 94vw; background: #fff; padding: 44px; box-shadow: 0 2px 6px rgba(0,0,0,.2) }
.org { display: flex; align-items: center; gap: 10px; font-weight: 600; color: #44546a; margin-bottom: 18px }
.org b { width: 26px; height: 26px; border-radius: 4px; background: #44546a; color: #fff; text-align: center }
.who { display: block; margin: 0 0 12px; color: #333; overflow-wrap: anywhere }
h1 { font-size: 24px; font-weight: 600; margin: 0 0 14px }
h2 { font-size: 15px; margin: 16px 0 4px }
p { margin: 0 0 12px; overflow-wrap: anywhere }
label { display: block; margin: 0 0 12px }
input[type=text], input[type=email], input[type=password] { width: 100%; border: 0;
  border-bottom: 1px solid #666; padding: 6px 0; font: inherit; outline: 0 }
input:focus { border-bottom-color: #0063b1 }
ul { list-style: none; padding: 0; margin: 0 0 14px }
li { padding: 8px 0; border-bottom: 1px solid #e5e5e5; overflow-wrap: anywhere }
.error { color: #b00020 }
.small { font-size: 13px; color: #555 }
form { display: flex; flex-direction: column }
.buttons { order: 9; display: flex; flex-direction: row-reverse; gap: 6px; margin-top: 22px }
button { min-width: 108px; padding: 6px 12px; border: 0; font: inherit; cursor: pointer; background: #ccd3da }
button.main { background: #0063b1; color: #fff }
button.link { min-width: 0; padding: 0; background: none; color: #0063b1; text-align: left }
footer { margin-top: 14px; font-size: 12px; color: #555 }
body.sts footer { color: #dfe6ee }
"""


class Html(str):
    """Text that is markup already; any other text is escaped where it enters a page."""

    __slots__ = ()


def tag(element: str, /, *children: str, **attributes: str | bool) -> Html:
    """Return an element. A trailing underscore of an attribute is dropped; False leaves it out."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
        for key, value in attributes.items()
        if value is not False
    )
    return Html(f"<{element}{written}>" + ("" if element in _VOID else f"{joined(*children)}</{element}>"))


def joined(*children: str) -> Html:
    """Return pieces one after another, with what is no markup escaped."""
    return Html("".join(child if isinstance(child, Html) else escape(child) for child in children))


def hidden(**fields: str) -> Html:
    """Return hidden fields of a form."""
    return joined(*(tag("input", type="hidden", name=name, value=value) for name, value in fields.items()))


def button(label: str, action: str, *, kind: str = "") -> Html:
    """Return a button that says which of a page's ways was taken."""
    return tag("button", label, type="submit", name="action", value=action, class_=kind or False)


def page(title: str, organisation: str, *content: str, status: int = 200, kind: str = "") -> Reply:
    """Return a whole page: one card with the organisation's name, a title, and what is asked."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width"),
        tag("title", f"{title} - lab"),
        tag("style", Html(_STYLE)),
    )
    mark = tag("div", tag("b", organisation[:1].upper()), organisation, class_="org")
    card = tag("main", mark, tag("h1", title), *content)
    foot = tag("footer", "The lab's simulated sign-in. No real account is asked for here.")
    document = tag("html", head, tag("body", card, foot, class_=kind or False), lang="en")
    return as_page(document, status)


def as_page(document: Html, status: int = 200) -> Reply:
    """Return markup as a reply that loads nothing from anywhere and is not kept."""
    headers = (
        ("cache-control", "no-store"),
        ("content-security-policy", _POLICY),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    )
    return Reply(status, f"<!DOCTYPE html>{document}".encode(), "text/html; charset=utf-8", headers)


def posting(address: str, fields: dict[str, str], organisation: str) -> Reply:
    """Return a page that posts fields to another address: by itself, or by its button without JavaScript."""
    form = tag(
        "form",
        hidden(**fields),
        tag("p", "You are being taken back to the application."),
        tag("div", tag("button", "Continue", type="submit", class_="main"), class_="buttons"),
        method="post",
        action=address,
        id="back",
    )
    return page(
        "Working...", organisation, form, tag("script", Html("document.getElementById('back').submit()"))
    )
