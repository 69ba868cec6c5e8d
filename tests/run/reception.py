"""People of the lab in front of a scripted browser, and an operator who presses keys from a list."""

import threading
import webbrowser
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode, urlsplit

from auditor.cli.collecting import new_run
from auditor.cli.console import Screen
from auditor.cli.demo import write_rows
from auditor.cli.setting import simulated
from auditor.directory.sign_in import Way
from auditor.journal import Journal
from auditor.lab.exchange import Exchange
from auditor.lab.faults import answered
from auditor.lab.inventory import inventory_rows
from auditor.lab.routes import named, routed
from auditor.lab.server import Lab
from auditor.lab.world import world_from
from auditor.model import Step
from auditor.run.collect import collect, resume
from auditor.run.interface import InteractiveChoice, Silent, Unattended
from auditor.run.judged import judge
from tests.lab.visitor import Visitor

MFA_CODE = "246810"


class Asker:
    """Sends what a browser sends to a lab that is served, without a socket."""

    def __init__(self, state):
        self.state = state

    def send(self, host, method, path, *, query=None, headers=None, body=b""):
        exchange, handler = routed(self.state, Exchange(host, method, path, query or {}, headers or {}, body))
        upn, _ = named(self.state, exchange)
        return answered(self.state, exchange, handler, upn).reply


class Browser:
    """The system's browser in the hands of people: what each does on a page is told by `habits`.

    A habit is a word: accept (default), decline, cancel, away, or the name of another account to sign in as.
    """

    def __init__(self, lab, habits=None):
        self.lab, self.habits, self.asked = lab, habits or {}, Counter()
        self.addresses, self.threads, self.late, self.idle = [], [], 0.0, False

    def open(self, address, *_):
        query = parse_qs(urlsplit(address).query)
        person = query["login_hint"][0]
        self.asked[person] += 1
        self.addresses.append(address)
        habit = self.habits.get(person, "accept")
        self.idle = habit == "away"
        if self.idle:
            return True
        thread = threading.Thread(target=self._walk, args=(address, person, habit), daemon=True)
        self.threads.append(thread)
        thread.start()
        return True

    def rest(self):
        """Let a moment pass; a long one where nobody is going to answer."""
        self.late += 30 if self.idle else 0

    def enter(self, shown, person):
        """Enter the code of a device as a person."""
        visitor = self._visitor()
        visitor.open("https://login.microsoftonline.com/common/oauth2/deviceauth")
        visitor.fill(otc=shown)
        self._through(visitor, person, self.habits.get(person, "accept"))
        return visitor

    def _visitor(self):
        return Visitor(Asker(self.lab.state), SimpleNamespace())

    def _walk(self, address, person, habit):
        visitor = self._visitor()
        visitor.open(address)
        self._through(visitor, person, habit)
        if visitor.came is None:  # an error that stays on the page: whoever waits for an answer waits in vain
            self.idle = True
        else:
            back = urlsplit(parse_qs(urlsplit(address).query)["redirect_uri"][0])
            connection = HTTPConnection("127.0.0.1", back.port, timeout=30)
            form = {"content-type": "application/x-www-form-urlencoded"}
            connection.request("POST", "/", urlencode(visitor.came), form)
            connection.getresponse().read()
            connection.close()

    def _through(self, visitor, person, habit):
        who = habit if "@" in habit else person
        if who != person:
            visitor.fill(action="another")
        for _ in range(12):
            if visitor.page is None:
                return
            title = visitor.page.title
            if title == "Sign in":
                visitor.fill(login=who)
            elif title == "Enter password":
                action = "cancel" if habit == "cancel" else "next"
                visitor.fill(action=action, passwd=self.lab.state.estate.user(who).password)
            elif "otc" in visitor.page.fields:
                visitor.fill(otc=MFA_CODE)
            elif title.startswith("Stay"):
                visitor.fill(action="no")
            elif title.startswith("Are you trying"):
                visitor.fill(action="next")
            elif visitor.page.fields.get("ctx") is not None:
                visitor.fill(action="cancel" if habit == "decline" else "accept")
            else:
                return


class Operator:
    """An usher whose keys are told beforehand: by account for `ready`, one after another for `again`."""

    present = True

    def __init__(self, ready=None, again=(), codes=None):
        self.steps, self.answers, self.codes = ready or {}, list(again), codes
        self.seen, self.said, self.open = [], [], []

    def ready(self, person):
        self.seen.append(person)
        step = self.steps.get(person.account, Step.GO)
        if isinstance(step, BaseException):
            raise step
        return step

    def again(self, person, said):
        self.said.append((person.account, said))
        return self.answers.pop(0) if self.answers else Step.SKIP

    def waits(self):
        """Do nothing while codes are waited for."""

    def tell(self, text):
        self.said.append(("", text))

    @contextmanager
    def invited(self, invitations):
        self.open = list(invitations)
        if self.codes:
            self.codes(self.open)
        yield
        self.open = []


class Reception:
    """A world, served, whose people are asked; `ask` runs an audit, and `again` goes on with it."""

    def __init__(self, lab, folder, browser, monkeypatch):
        self.lab, self.folder, self.browser, self.monkeypatch = lab, folder, browser, monkeypatch
        self.journal = None

    def ask(self, operator, way=Way.BROWSER, only=(), **settings):
        prepared, tools = self._prepared(operator, way, only, settings)
        run, path = new_run(prepared.inventory, prepared.settings, self.folder / "report.xlsx")
        self.journal = collect(prepared.inventory, run, path, prepared.settings, tools)
        return self._results(tools)

    def again(self, operator, way=Way.BROWSER, only=(), **settings):
        self.journal.close()
        prepared, tools = self._prepared(operator, way, only, settings)
        self.journal = Journal.resume(self.journal.path)
        resume(self.journal, prepared.inventory, prepared.settings, tools)
        return self._results(tools)

    def _prepared(self, operator, way, only, settings):
        screen = Screen(quiet=True)
        prepared = simulated(self.folder / "accounts.xlsx", self.lab.proxy, self.lab.ca_file, screen)
        choice = InteractiveChoice(way, frozenset(only), seconds=60)
        prepared = replace(
            prepared, settings=replace(prepared.settings, interactive=choice, passwords=False, **settings)
        )
        tools = prepared.tools(Unattended(), Silent(), usher=operator)
        rests = iter(range(200))

        def sleep(_):
            next(rests)
            operator.waits()

        return prepared, replace(tools, sleep=sleep)

    def _results(self, tools):
        audit = judge(self.journal, tools.rulebook)
        return {result.case.account_id: result for result in audit.results()}


@contextmanager
def received(world, folder, monkeypatch, habits=None):
    """Serve a world with a scripted browser in the place of the system's."""
    model = world_from(world)
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in write_rows(folder / "accounts.xlsx", inventory_rows(model)).items():
        monkeypatch.setenv(name, value)
    with Lab(model) as lab:
        browser = Browser(lab, habits)
        monkeypatch.setattr(webbrowser, "open", browser.open)
        hurry(monkeypatch, browser)
        reception = Reception(lab, folder, browser, monkeypatch)
        yield reception
        for thread in browser.threads:
            thread.join()
        if reception.journal:
            reception.journal.close()


def hurry(monkeypatch, browser):
    """Let msal look for an answer without resting a second, and its clock run on when somebody is away."""
    import time  # noqa: PLC0415 - the real one, before it is replaced

    from msal.oauth2cli import authcode  # noqa: PLC0415 - patched here alone

    event = threading.Event()

    def sleep(_):
        browser.rest()
        event.wait(0.01)

    clock = SimpleNamespace(time=lambda: time.time() + browser.late, sleep=sleep)
    monkeypatch.setattr(authcode, "time", clock)
