"""Somebody with a browser that knows links, redirects, cookies and plain forms: no sockets, no JavaScript."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from html.parser import HTMLParser
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

VERIFIER = "a-verifier-that-is-long-enough-for-the-specification-of-it"
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
BACK = "http://localhost:5000/"


class _Forms(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms, self.text, self.heading, self._in = [], [], "", ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self._in = tag
        if tag == "form":
            self.forms.append((given["action"], {}))
        if tag == "input" and self.forms and given.get("type") != "checkbox":
            self.forms[-1][1][given["name"]] = given.get("value", "")

    def handle_data(self, data):
        if self._in == "h1":
            self.heading += data
        if self._in not in {"style", "script"}:
            self.text.append(data)

    def handle_endtag(self, tag):
        self._in = ""


class Page:
    """What is on the screen."""

    def __init__(self, host, reply):
        self.host, self.status, self.headers = host, reply.status, reply.headers
        self.html = reply.body.decode()
        parser = _Forms()
        parser.feed(self.html)
        self.title, self.text = parser.heading, " ".join(parser.text)
        self.action, self.fields = parser.forms[0] if parser.forms else ("", {})


class Visitor:
    """Opens addresses of a lab's state. What leaves for an application's address ends in `came`."""

    def __init__(self, asker, names, cookies=None):
        self.asker, self.names = asker, names
        self.cookies = {} if cookies is None else cookies
        self.page, self.came = None, None

    def open(self, url):
        parts = urlsplit(url)
        return self._go(
            parts.hostname, "GET", parts.path, dict(parse_qsl(parts.query, keep_blank_values=True))
        )

    def authorize(self, tenant="", version="v2.0/", host="login.microsoftonline.com", **fields):
        asked = {
            "client_id": self.names.resco,
            "response_type": "code",
            "redirect_uri": BACK,
            "scope": f"https://{self.names.org}/user_impersonation openid profile offline_access",
            "state": "s-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **fields,
        }
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        return self.open(f"https://{host}/{tenant or self.names.tenant}/oauth2/{version}authorize?{query}")

    def fill(self, action="next", **fields):
        """Send the form on the screen with these fields."""
        target = urlsplit(self.page.action)
        body = {**self.page.fields, "action": action, **fields}
        return self._go(target.hostname or self.page.host, "POST", target.path, {}, body)

    def sign_in(self, upn="ada@contoso.example", password="Right-horse-1", stay="no"):
        if self.page.title == "Sign in":
            self.fill(login=upn)
        self.fill(passwd=password)
        return self.fill(action=stay) if self.page and self.page.title.startswith("Stay") else self.page

    def redeem(self, **fields):
        """Redeem the code that came back; returns the token endpoint's reply."""
        form = {
            "client_id": self.names.resco,
            "grant_type": "authorization_code",
            "code": self.came.get("code", ""),
            "redirect_uri": BACK,
            "code_verifier": VERIFIER,
            "client_info": "1",
            **fields,
        }
        options = {"tenant": self.names.tenant, "version": "v2.0/", "host": "login.microsoftonline.com"}
        return self.asker.post_form({**options, "headers": {}}, form)

    def _go(self, host, method, path, query, body=None):
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self._jar(host).items())}
        if body is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
        data = urlencode(body or {}).encode()
        reply = self.asker.send(host, method, path, query=query, headers=headers, body=data)
        for name, value in reply.headers:
            if name == "set-cookie":
                key, _, rest = value.partition("=")
                self._jar(host)[key] = rest.partition(";")[0]
        if reply.status == 302:
            return self._redirected(dict(reply.headers)["location"])
        self.page = Page(host, reply)
        if self.page.title == "Working...":
            return self._posted()
        return self.page

    def _jar(self, host):
        return self.cookies.setdefault(host, {})

    def _redirected(self, location):
        parts = urlsplit(location)
        if parts.scheme == "http" or parts.path.endswith("nativeclient"):
            given = parse_qs(parts.query or parts.fragment)
            self.came = {name: values[0] for name, values in given.items()}
            self.page = None
            return None
        return self.open(location)

    def _posted(self):
        target = urlsplit(self.page.action)
        if target.scheme == "http":
            self.came, self.page = self.page.fields, None
            return None
        return self._go(target.hostname, "POST", target.path, {}, self.page.fields)
