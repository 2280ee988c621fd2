"""What strangers may try at the daemon's port, byte by byte: slow, large, crooked, and many at once."""

import logging
import socket
import threading
import time
from contextlib import ExitStack, contextmanager

import pytest
from structlog.testing import capture_logs

from jobs.daemon import _server
from jobs.serving import listening
from jobs.serving.listening import LARGEST_HEAD, listener
from jobs.web.app import build_app
from syncer.errors import ConfigError
from tests.e2e.conftest import settings_for


@pytest.fixture
def port(sqlite_store, tmp_path, monkeypatch):
    """Return the port of a dashboard behind the daemon's own protocol."""
    monkeypatch.setattr(listening, "ARRIVES_WITHIN", 0.5)
    # As in a new process: other servers of this one may have silenced it.
    logging.getLogger("uvicorn.error").setLevel(logging.NOTSET)
    server = _server(build_app(settings_for("http://127.0.0.1:9", tmp_path), sqlite_store))
    door = listener("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, args=([door],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield door.getsockname()[1]
    server.should_exit = True
    thread.join(10)
    door.close()


@contextmanager
def connected(port: int):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        yield connection


def said(connection: socket.socket) -> bytes:
    """Return what comes until the other side closes; a reset is a close."""
    parts = []
    try:
        while part := connection.recv(65_536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def asked(port: int, path: str, *headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close", *headers, "", ""]
    with connected(port) as connection:
        connection.sendall("\r\n".join(lines).encode())
        return said(connection)


def test_an_honest_request_is_answered_also_twice_on_one_connection(port):
    line = f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    with connected(port) as connection:
        for _ in range(2):
            connection.sendall(line)
            assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
            time.sleep(0.6)


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET /healthz HT",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ",
        b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc",
    ],
    ids=["silent", "line", "head", "body"],
)
def test_who_sends_too_slowly_is_cut_off(port, begun):
    began = time.monotonic()
    with connected(port) as connection:
        connection.sendall(begun)
        assert b" 200 " not in said(connection)
    assert time.monotonic() - began < 4


def _trickle(connection: socket.socket) -> None:
    for _ in range(200):
        connection.sendall(b"X-A: b\r\n")
        time.sleep(0.02)


def test_one_byte_at_a_time_wins_no_time(port):
    began = time.monotonic()
    with connected(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        with pytest.raises(OSError, match=r"reset|[Bb]roken pipe|aborted"):
            _trickle(connection)
    assert time.monotonic() - began < 3


def test_a_head_without_end_is_cut_off(port):
    assert asked(port, "/healthz", *[f"X-{number}: {'a' * 1_000}" for number in range(200)]) == b""
    assert b" 200 " in asked(port, "/healthz", "X-A: " + "a" * (LARGEST_HEAD // 2))


@pytest.mark.parametrize("size", [LARGEST_HEAD, 5 * LARGEST_HEAD, 900_000])
def test_a_body_that_comes_in_one_piece_with_its_head_is_no_head(port, size):
    """A hundred events of a webhook are larger than a head may be, and a proxy sends them at once."""
    head = f"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n\r\n"
    with connected(port) as connection:
        connection.sendall(head.encode() + b"x" * size)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 4")


def test_a_request_after_a_large_one_is_weighed_anew(port):
    size = 3 * LARGEST_HEAD
    large = f"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode() + b"x" * size
    with connected(port) as connection:
        for _ in range(2):
            connection.sendall(large)
            assert connection.recv(65_536).startswith(b"HTTP/1.1 4")
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * (2 * LARGEST_HEAD))
        assert said(connection) == b""


@pytest.mark.parametrize(
    "path",
    [
        "/static/../daemon.py",
        "/static/../../pyproject.toml",
        "/static/%2e%2e/%2e%2e/pyproject.toml",
        "/static/..%2f..%2fpyproject.toml",
        "/static/....//....//etc/passwd",
        "/static//etc/passwd",
        "/static/%00",
        "/static/..\\..\\pyproject.toml",
    ],
)
def test_no_path_leads_out_of_the_folder_of_static_files(port, path):
    answer = asked(port, path)
    assert answer.split(b" ", 2)[1] in {b"400", b"404"}
    assert b"import" not in answer
    assert b"root:" not in answer


CROOKED = b"GET / HTTP/1.1\r\nHost : x\r\n y\r\n\r\n"
BROKEN_OFF = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 50\r\n\r\npassword=half"


@pytest.mark.parametrize("sent", [CROOKED, BROKEN_OFF], ids=["crooked", "a form that is broken off"])
def test_strangers_fill_no_log(port, sent, caplog):
    with capture_logs() as logs:
        with connected(port) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            said(connection)
        assert b" 200 OK" in asked(port, "/healthz")
    assert (logs, [one.getMessage() for one in caplog.records]) == ([], [])


def test_honest_requests_go_on_while_many_are_slow(port):
    with ExitStack() as slow:
        for _ in range(100):
            slow.enter_context(connected(port)).sendall(b"GET / HTTP/1.1\r\nX-A: ")
        assert b" 200 " in asked(port, "/healthz")


def test_an_address_that_is_none_of_this_machine_is_named():
    with pytest.raises(ConfigError, match="cannot listen on"):
        listener("192.0.2.1", 0)
