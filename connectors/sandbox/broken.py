"""Answers that never arrive whole. They break the server's own connection; without access to it they are plain 502s."""

import asyncio
from collections.abc import MutableMapping

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

#: Open connections by the client's (host, port); the server fills it in.
Connections = MutableMapping[tuple[str, int], asyncio.Transport]


def _transport(scope: Scope) -> asyncio.Transport | None:
    connections: Connections = scope["app"].state.connections
    client = scope.get("client")
    return connections.get((client[0], client[1])) if client else None


async def _until_gone(receive: Receive) -> None:
    # The server has to notice the lost connection before the answer ends, or it would add an error page of its own.
    while (await receive())["type"] != "http.disconnect":
        continue


class HangUp(Response):
    """The connection breaks without a byte."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Break the connection."""
        transport = _transport(scope)
        if transport is None:
            await Response(status_code=502)(scope, receive, send)
            return
        transport.abort()
        await _until_gone(receive)


class HalfAnswer(Response):
    """The headers promise a whole body, half of it comes, the connection breaks."""

    def __init__(self, whole: Response) -> None:
        super().__init__(whole.body, status_code=whole.status_code, headers=dict(whole.headers))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send one half and break the connection."""
        transport = _transport(scope)
        if transport is None:
            await Response(status_code=502)(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})
        transport.close()
        await _until_gone(receive)
