"""The sandbox as a process and as a with-block."""

import signal
import socket
import time

import httpx
import pytest

from connectors.sandbox.server import running
from connectors.sandbox.state import Portal
from tests import plain_http
from tests.processes import Child

HEADERS = {"authorization": "Bearer pat-1"}
SERVE = (
    "from connectors.sandbox.server import serve; from connectors.sandbox.state import Portal; serve(Portal(), port={})"
)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_serve_answers_until_it_is_told_to_stop() -> None:
    port = free_port()
    process = Child(SERVE.format(port))
    try:
        for _ in range(200):
            try:
                answer = plain_http.get(f"http://127.0.0.1:{port}/crm/v3/owners", headers=HEADERS)
                break
            except httpx.ConnectError:
                time.sleep(0.05)
        assert answer.json() == {"results": []}
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in {0, -signal.SIGTERM}


def test_a_block_gives_its_port_back_and_can_be_entered_again() -> None:
    portal = Portal()
    with running(portal) as server:
        url = f"{server.base_url}/crm/v3/owners"
        assert plain_http.get(url, headers=HEADERS).status_code == 200
        port = int(server.base_url.rpartition(":")[2])
    with pytest.raises(httpx.ConnectError):
        plain_http.get(url, headers=HEADERS)

    with running(portal, port=port) as server:
        assert server.base_url.endswith(f":{port}")
        assert plain_http.get(url, headers=HEADERS).status_code == 200


def test_a_block_tells_what_was_spent() -> None:
    with running(Portal()) as server:
        plain_http.get(f"{server.base_url}/crm/v3/owners", headers=HEADERS)

        assert server.server.budgets.today == 1
        assert server.server.budgets.refused == {}
