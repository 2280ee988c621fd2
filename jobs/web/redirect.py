"""Waits at the redirect address on this machine until HubSpot has sent the person back, once."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from syncer.errors import ConfigError, Problem

_LOCAL = frozenset({"localhost", "127.0.0.1"})
_DONE = "Syncer has what it needs; you can close this page.\n"
_OTHER = "This is no answer to the question that Syncer asked last.\n"


def is_local(redirect_url: str) -> bool:
    """Return whether the address is on this machine, so that we can listen there."""
    return urlsplit(redirect_url).hostname in _LOCAL


async def await_redirect(redirect_url: str, is_ours: Callable[[str], bool], *, seconds: float) -> str:
    """Return the query with which the person came back; those that are not ours are turned away.

    Nothing of it is logged. Raises ConfigError where the port is taken or nobody comes.
    """
    arrived: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def page(request: Request) -> Response:
        query = request.url.query
        if not is_ours(query):
            return PlainTextResponse(_OTHER, status_code=400)
        if not arrived.done():
            arrived.set_result(query)
        return PlainTextResponse(_DONE)

    parts = urlsplit(redirect_url)
    app = Starlette(routes=[Route(parts.path or "/", page)])
    config = uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    with _listening(parts.port or 80, redirect_url) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        either: set[asyncio.Future[Any]] = {arrived, serving}
        await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        stopped = serving.done()
        server.should_exit = True
        await serving
    if arrived.done():
        return arrived.result()
    if stopped:
        raise KeyboardInterrupt
    raise _problem(
        "nobody came back from HubSpot", "run syncer connect again, with --paste where the browser is elsewhere"
    )


def _listening(port: int, redirect_url: str) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError:
        pass
    raise _problem(
        f"nothing can listen at {redirect_url}",
        "stop what uses the port, set oauth.redirect_url to another one (in the app's settings too), or use --paste",
    )


def _problem(message: str, hint: str) -> ConfigError:
    return ConfigError([Problem(key="oauth.redirect_url", message=message, hint=hint)])
