"""Whether the hosts of an audit answer through DNS, proxy and TLS, and whether the clocks agree.

The questions are those of discovery: no password, no token.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from auditor.clouds import Clouds
from auditor.errors import NetworkError
from auditor.model import Case, Evidence, Expected, Failure, Leg, Observed, Question
from auditor.network import Door, DoorSettings
from auditor.network.proxies import Proxies
from auditor.run.clocks import clocks_off
from auditor.run.discovery import login_of
from auditor.run.doctor.interface import Area, Check, State

_LOOK = {
    Failure.DNS: "see whether the name is right, and whether this machine resolves names of the internet",
    Failure.CONNECT: "open the way to port 443, or name the proxy with --proxy",
    Failure.TIMEOUT: "open the way to port 443, or name the proxy with --proxy",
    Failure.PROXY: "let the proxy through to this host",
    Failure.PROXY_LOGIN: "give the proxy's name and password in HTTPS_PROXY or in auditor.toml",
    Failure.TLS: "where the network inspects TLS, trust its certificate: --ca-bundle FILE",
    Failure.WRONG_HOST: "something between answers in the host's place; see proxy and DNS",
    Failure.CLOCK: "set this machine's clock",
    Failure.PORTAL: "something between answers in the host's place, such as a network's sign-in page",
}
_ELSE = "try again; if it stays, see proxy and firewall"
_UNUSABLE = {
    "plain_http": "names an endpoint without TLS, to which no password is sent",
    "no_endpoint": "offers no endpoint for user name and password (usernamemixed)",
    "unreadable": "answers with metadata that cannot be understood",
}


@dataclass(slots=True)
class Heard:
    """A sink that keeps what says something of hosts, once for each; safe among threads."""

    failures: dict[str, Failure] = field(default_factory=dict)
    answering: set[str] = field(default_factory=set)
    evidence: list[Observed] = field(default_factory=list)
    federations: dict[str, tuple[str, str]] = field(default_factory=dict)

    def record(self, evidence: Evidence) -> None:
        """Keep what an answer says of the host that gave it."""
        if not isinstance(evidence, Observed):
            return
        host = evidence.answer.host or evidence.subject.key
        if evidence.answer.failure is None:
            self.answering.add(host)
        else:
            self.failures.setdefault(host, evidence.answer.failure)
        if evidence.question is Question.REALM:
            self._federation(evidence)
        else:
            self.evidence.append(evidence)

    def _federation(self, evidence: Observed) -> None:
        details = evidence.details
        if details.get("federation_host"):
            name = str(details["federation_host"])
            self.federations[name] = (str(details["federation"]), str(details["federation_text"] or ""))


def host_checks(cases: Sequence[Case], clouds: Clouds, heard: Heard) -> Iterator[Check]:
    """Yield which of the sign-in hosts, environments and federation hosts of the cases answer."""
    for login in dict.fromkeys(login_of(clouds, case) for case in cases):
        yield _host("sign-in host", login, heard, _at(login, cases, clouds))
    for host in dict.fromkeys(case.environment for case in cases):
        yield _environment(host, heard, _accounts(case for case in cases if case.environment == host))
    for domain in dict.fromkeys(case.domain for case in cases):
        yield from _tenant(domain, heard, _accounts(case for case in cases if case.domain == domain))
    for host, (state, text) in sorted(heard.federations.items()):
        yield _federation(host, state, text)


def _at(login: str, cases: Iterable[Case], clouds: Clouds) -> tuple[str, ...]:
    return _accounts(case for case in cases if login_of(clouds, case) == login)


def _accounts(cases: Iterable[Case]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(case.account for case in cases))


def _host(kind: str, host: str, heard: Heard, accounts: tuple[str, ...]) -> Check:
    failure = heard.failures.get(host)
    if host in heard.answering or failure is None:
        return _fine(f"{kind} {host} answers")
    return _cannot(f"{kind} {host}: {failure}", _LOOK.get(failure, _ELSE), accounts)


def _environment(host: str, heard: Heard, accounts: tuple[str, ...]) -> Check:
    checked = _host("environment", host, heard, accounts)
    seen = _of(heard, "environment", host)
    if checked.state is State.FINE and seen is not None and not seen.answer.success:
        status = seen.answer.http_status
        says = f"environment {host} answers (HTTP {status}), but not as a Dataverse environment does"
        return _cannot(says, "see whether the address is right and the environment is running", accounts)
    return checked


def _tenant(domain: str, heard: Heard, accounts: tuple[str, ...]) -> Iterator[Check]:
    seen = _of(heard, "tenant", domain)
    if seen is None or seen.answer.failure is not None:
        return
    if seen.answer.success:
        yield _fine(f"tenant {domain} is known ({seen.details['tenant_id']})")
    else:
        yield _cannot(f"no tenant has the domain {domain}", "see whether the names are right", accounts)


def _of(heard: Heard, kind: str, key: str) -> Observed | None:
    about = (one for one in heard.evidence if (one.subject.kind, one.subject.key) == (kind, key))
    return next(about, None)


def _federation(host: str, state: str, text: str) -> Check:
    if state == "usable":
        return _fine(f"federation host {host} answers")
    says = _UNUSABLE.get(state, "cannot be reached") + (f" ({text})" if text else "")
    return _cannot(f"federation host {host} {says}", "see the server, and whether this machine may reach it")


def graph_checks(cases: Iterable[Case], clouds: Clouds, door: Door) -> Iterator[Check]:
    """Yield whether Microsoft Graph answers, for a directory that is read online; any answer will do."""
    known = (clouds.of_environment(case.environment) for case in cases)
    for host in dict.fromkeys(cloud.graph for cloud in known if cloud is not None):
        try:
            door.get(f"https://{host}/v1.0/$metadata", Leg.GRAPH)
        except NetworkError as error:
            if error.failure not in {Failure.TOO_LARGE, Failure.REDIRECT}:
                yield _cannot(f"Microsoft Graph {host}: {error.failure}", _LOOK.get(error.failure, _ELSE))
                continue
        yield _fine(f"Microsoft Graph {host} answers")


def clock_checks(door: Door, cases: Iterable[Case], heard: Heard) -> Iterator[Check]:
    """Yield whose clock is far off; that matters where times are signed: federation, and applications."""
    signed = bool(heard.federations) or any(case.expected is Expected.APPLICATION for case in cases)
    told = clocks_off(door)
    for sentence in told:
        state = State.CANNOT if signed else State.NOTE
        yield Check(Area.NETWORK, state, sentence, "set this machine's clock by a time server")
    if not told and heard.answering:
        yield _fine("the clock agrees with those of the services, to five minutes")


def way_check(settings: DoorSettings, hosts: Iterable[str]) -> Check:
    """Return how the hosts are reached: by which proxies, and whom TLS trusts; raises UsageError."""
    proxies = Proxies(settings.proxy)
    found = {proxy.url if proxy else "" for proxy in map(proxies.of, hosts)}
    names = ", ".join(sorted(found - {""}))
    way = f"through {names}" if names else "directly"
    if names and "" in found:
        way += ", some hosts directly (NO_PROXY)"
    trusted = (
        "the certificates of --ca-bundle" if settings.ca_bundle else "the operating system's certificates"
    )
    return _fine(f"hosts are reached {way}; trusted are {trusted}")


def _fine(says: str) -> Check:
    return Check(Area.NETWORK, State.FINE, says)


def _cannot(says: str, advice: str, accounts: tuple[str, ...] = ()) -> Check:
    return Check(Area.NETWORK, State.CANNOT, says, advice, accounts)
