import socket
import threading
from pathlib import Path

import pytest
import requests

from auditor.errors import LabError
from auditor.lab.server import Lab

LOGIN = "https://login.microsoftonline.com"
REALM = f"{LOGIN}/common/userrealm/ada@contoso.example?api-version=1.0"


def sign_in(session, names, password="Right-horse-1"):
    form = {
        "grant_type": "password",
        "client_id": names.resco,
        "username": "Ada@contoso.example",
        "password": password,
        "scope": f"https://{names.org}/user_impersonation",
    }
    return session.post(f"{LOGIN}/{names.tenant}/oauth2/v2.0/token", data=form, allow_redirects=False)


def test_production_urls_are_answered_through_the_proxy(make_world, make_session, names):
    with Lab(make_world()) as lab:
        session = make_session(lab)
        assert session.get(REALM).json()["account_type"] == "Managed"
        token = sign_in(session, names).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        url = f"https://{names.org}/api/data/v9.2/accounts?$select=accountid&$top=1"
        assert len(session.get(url, headers=headers).json()["value"]) == 1
        assert "www-authenticate" in session.get(f"https://{names.org}/api/data/v9.2/").headers


def test_passwords_submitted_and_requests_seen_are_counted(make_world, make_session, names):
    with Lab(make_world()) as lab:
        session = make_session(lab)
        session.get(REALM)
        sign_in(session, names)
        sign_in(session, names, "wrong")
        session.get(f"https://{names.org}/api/data/v9.2/")
        assert lab.submissions == {"ada@contoso.example": 2}
        assert [tuple(seen) for seen in lab.requests] == [
            (
                "login.microsoftonline.com",
                "GET",
                "/common/userrealm/ada@contoso.example",
                "ada@contoso.example",
            ),
            *[
                (
                    "login.microsoftonline.com",
                    "POST",
                    f"/{names.tenant}/oauth2/v2.0/token",
                    "Ada@contoso.example",
                )
            ]
            * 2,
            (names.org, "GET", "/api/data/v9.2/", ""),
        ]


def test_a_percent_encoded_guest_is_read_whole(make_world, make_session):
    with Lab(make_world()) as lab:
        url = f"{LOGIN}/common/userrealm/x_y.example%23EXT%23@contoso.example?api-version=1.0"
        assert make_session(lab).get(url).json()["account_type"] == "Managed"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/",
        "https://gone.crm4.dynamics.com/",
        "https://login.microsoftonline.com:8443/",
        "https://127.0.0.1/",
    ],
)
def test_the_proxy_leads_to_the_worlds_hosts_on_443_and_nowhere_else(make_world, make_session, url):
    with Lab(make_world()) as lab, pytest.raises(requests.exceptions.ProxyError, match="502"):
        make_session(lab).get(url)


def test_a_plain_http_request_is_refused_and_noted(make_world, make_session):
    with Lab(make_world()) as lab:
        reply = make_session(lab).post(
            "http://sts.contoso.example/adfs/services/trust/13/usernamemixed", data="x"
        )
        assert reply.status_code == 502
        assert lab.requests[0].host == "sts.contoso.example"
        assert not lab.submissions


def test_a_reset_comes_after_the_password_was_read(make_world, make_session, names):
    with Lab(make_world({"faults": [{"kind": "reset", "leg": "token"}]})) as lab:
        session = make_session(lab)
        with pytest.raises(requests.exceptions.ConnectionError):
            sign_in(session, names)
        assert lab.submissions == {"ada@contoso.example": 1}


def test_a_host_without_a_name_is_never_reached(make_world, make_session, names):
    with Lab(make_world({"faults": [{"kind": "no-dns", "host": names.org}]})) as lab:
        with pytest.raises(requests.exceptions.ProxyError):
            make_session(lab).get(f"https://{names.org}/")
        assert not lab.requests


@pytest.mark.parametrize(
    ("kind", "said"), [("proxy-login", "407"), ("proxy-refuses", "403"), ("no-dns", "502")]
)
def test_the_proxy_can_refuse_a_host(make_world, make_session, names, kind, said):
    with Lab(make_world({"faults": [{"kind": kind, "host": names.org}]})) as lab:
        session = make_session(lab)
        with pytest.raises(requests.exceptions.ProxyError, match=said):
            session.get(f"https://{names.org}/")
        assert session.get(REALM).status_code == 200
        assert [seen.host for seen in lab.requests] == ["login.microsoftonline.com"]


def test_the_proxy_can_stay_silent(make_world, make_session, names):
    with Lab(make_world({"faults": [{"kind": "proxy-silent", "host": names.org}]})) as lab:
        with pytest.raises(requests.exceptions.RequestException, match="timed out"):
            make_session(lab).get(f"https://{names.org}/", timeout=0.2)
        assert not lab.requests


@pytest.mark.parametrize(
    ("kind", "said"), [("expired-certificate", "expired"), ("future-certificate", "not yet valid")]
)
def test_a_certificate_can_be_out_of_its_time(make_world, make_session, kind, said):
    with Lab(make_world({"faults": [{"kind": kind, "host": "login.*"}]})) as lab:
        with pytest.raises(requests.exceptions.SSLError, match=said):
            make_session(lab).get(REALM)
        assert not lab.requests


def test_a_large_body_can_come_without_a_length(make_world, make_session):
    with Lab(make_world({"faults": [{"kind": "huge", "megabytes": 1}]})) as lab:
        reply = make_session(lab).get(REALM)
        assert "content-length" not in reply.headers
        assert len(reply.content) == 1024 * 1024


def test_a_reply_has_one_date_and_it_is_the_labs(make_world, make_session, names):
    world = make_world({"faults": [{"kind": "clock", "hours": 24, "leg": "realm"}]})
    with Lab(world, clock=lambda: names.noon) as lab:
        session = make_session(lab)
        assert session.get(REALM).headers["date"] == "Mon, 23 Nov 2026 12:00:00 GMT"
        assert session.get(f"https://{names.org}/").headers["date"] == "Sun, 22 Nov 2026 12:00:00 GMT"


def test_a_wrong_certificate_stops_the_client_before_it_says_anything(make_world, make_session):
    with Lab(make_world({"faults": [{"kind": "wrong-certificate", "host": "login.*"}]})) as lab:
        with pytest.raises(requests.exceptions.SSLError, match=r"match|mismatch"):
            make_session(lab).get(REALM)
        assert not lab.requests


def test_a_client_that_does_not_trust_the_authority_is_not_answered(make_world, make_session):
    with Lab(make_world()) as lab:
        session = make_session(lab)
        session.verify = True
        with pytest.raises(requests.exceptions.SSLError):
            session.get(REALM)


def test_the_worlds_caller_can_be_overridden(make_world, make_session, names):
    world = make_world({"tenants.0.blocked_addresses": ["203.0.113.0/24"]})
    with Lab(world) as lab:
        assert sign_in(make_session(lab), names).status_code == 200
    with Lab(world, source_address="203.0.113.5") as lab:
        assert sign_in(make_session(lab), names).json()["error_codes"] == [50053]
    with pytest.raises(LabError):
        Lab(world, source_address="the office")


def test_the_world_can_change_while_it_is_served(make_world, make_session, names):
    with Lab(make_world()) as lab:
        session = make_session(lab)
        assert sign_in(session, names).status_code == 200
        lab.state.become(
            make_world({"users.0.enabled": False, "environments.0.host": "moved.crm4.dynamics.com"})
        )
        assert sign_in(session, names).json()["error_codes"] == [50057]
        assert session.get("https://moved.crm4.dynamics.com/").status_code == 401
        assert lab.submissions["ada@contoso.example"] == 2


def test_two_labs_run_side_by_side_and_know_nothing_of_each_other(make_world, make_session, names):
    with Lab(make_world()) as first, Lab(make_world({"users.0.enabled": False})) as second:
        token = sign_in(make_session(first), names).json()["access_token"]
        assert sign_in(make_session(second), names).json()["error_codes"] == [50057]
        url, headers = f"https://{names.org}/api/data/v9.2/WhoAmI", {"Authorization": f"Bearer {token}"}
        assert make_session(first).get(url, headers=headers).status_code == 200
        assert make_session(second).get(url, headers=headers).status_code == 401


def test_nothing_is_left_behind(make_world, make_session):
    before = set(threading.enumerate())
    with Lab(
        make_world({"faults": [{"kind": "latency", "milliseconds": 600_000, "leg": "challenge"}]})
    ) as lab:
        session = make_session(lab)
        session.get(REALM)
        port, ca_file = int(lab.proxy.rpartition(":")[2]), lab.ca_file
        assert ca_file.read_bytes().startswith(b"-----BEGIN CERTIFICATE-----")
        assert [path.name for path in ca_file.parent.iterdir()] == [ca_file.name]
        with pytest.raises(requests.exceptions.ReadTimeout):
            session.get("https://contoso.crm4.dynamics.com/", timeout=0.2)
    assert set(threading.enumerate()) == before
    assert not ca_file.parent.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    with pytest.raises(LabError):
        _ = lab.ca_file


def test_a_lab_may_be_entered_again(make_world, make_session):
    lab = Lab(make_world())
    for _ in range(2):
        with lab:
            assert make_session(lab).get(REALM).status_code == 200


def test_the_authority_is_made_anew_each_time(make_world):
    with Lab(make_world()) as first, Lab(make_world()) as second:
        assert Path(first.ca_file).read_bytes() != Path(second.ca_file).read_bytes()


@pytest.mark.parametrize(
    "line", [b"GET\r\n\r\n", b"\r\n\r\n", b"CONNECT\r\n\r\n", b"CONNECT a:b:c HTTP/1.1\r\n\r\n", b"x" * 70000]
)
def test_what_is_no_proxy_request_ends_the_connection(make_world, line):
    with Lab(make_world()) as lab:
        port = int(lab.proxy.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            client.sendall(line)
            client.shutdown(socket.SHUT_WR)
            try:
                answer = client.recv(100)
            except ConnectionResetError:
                answer = b""
        assert answer == b"" or answer.startswith(b"HTTP/1.1 502")
