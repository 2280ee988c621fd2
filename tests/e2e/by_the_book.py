"""An app of HubSpot's as its documentation describes it, written without a line of our own about webhooks."""

import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

_READ_S = 20

#: What HubSpot undoes of an address before it signs it, and nothing else.
_UNDONE = {"%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$"}
_UNDONE |= {"%27": "'", "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";"}


@dataclass
class App:
    """Sends to one address on this machine."""

    port: int
    secret: str
    portal: int
    path: str = "/webhooks/hubspot"
    sent: list[bytes] = field(default_factory=list)

    def event(self, subscription: str, **more: object) -> dict:
        common = {"eventId": 100, "subscriptionId": 138, "portalId": self.portal, "appId": 1160452}
        common |= {"occurredAt": int(time.time() * 1000), "attemptNumber": 0, "changeSource": "CRM_UI"}
        return {**common, "subscriptionType": subscription, **more}

    def send(self, *events: object, **how: object) -> int:
        return self.exchange(self.request(json.dumps(events).encode(), **how))[0]

    def request(
        self, body: bytes, *, path: str | None = None, late: float = 0.0, head: str = "", chunked: bool = False
    ) -> bytes:
        """Return a whole request, signed so many seconds late."""
        target, moment = path or self.path, str(int((time.time() - late) * 1000))
        signature = self.signature(f"http://127.0.0.1:{self.port}{target}", body, moment)
        lines = [f"POST {target} HTTP/1.1", "Host: elsewhere.example", "Content-Type: application/json"]
        lines += [f"X-HubSpot-Signature-v3: {signature}", f"X-HubSpot-Request-Timestamp: {moment}"]
        lines += ["Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"]
        raw = "\r\n".join(lines).encode() + head.encode() + b"\r\n\r\n" + (_chunked(body) if chunked else body)
        self.sent.append(raw)
        return raw

    def signature(self, address: str, body: bytes, moment: str) -> str:
        for escape, sign in _UNDONE.items():
            address = address.replace(escape, sign)
        source = b"POST" + address.encode() + body + moment.encode()
        return base64.b64encode(hmac.new(self.secret.encode(), source, hashlib.sha256).digest()).decode()

    def exchange(self, raw: bytes, answers: int = 1) -> Sequence[int]:
        """Write at once whatever is to be sent and return the statuses of so many answers."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=_READ_S) as line:
            line.sendall(raw)
            return [_status(line) for _ in range(answers)]


def _chunked(body: bytes) -> bytes:
    pieces = [body[start : start + 7] for start in range(0, len(body), 7)]
    return b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in pieces) + b"0\r\n\r\n"


def _status(line: socket.socket) -> int:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        got = line.recv(1)
        if not got:
            raise ConnectionError(head)
        head += got
    status, *headers = head.decode("latin-1").split("\r\n")
    length = next((int(one.split(":")[1]) for one in headers if one.lower().startswith("content-length")), 0)
    while length:
        length -= len(line.recv(length))
    return int(status.split()[1])
