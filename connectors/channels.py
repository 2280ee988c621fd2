"""Where reports go: mail by SMTP, Slack and Teams by the address of a webhook. No error repeats an address."""

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import httpx

from syncer.errors import AuthFailed, Unavailable

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SECONDS = 20
_ENCRYPTED, _PLAIN = 465, 587
_OK = range(200, 300)
#: What a second try may mend.
_PASSING = frozenset({408, 425, 429, *range(500, 600)})


def send_mail(address: str, *, sender: str, to: Sequence[str], subject: str, lines: Sequence[str]) -> None:
    """Send a mail; blocking. `smtps://` encrypts at once, `smtp://` by STARTTLS unless the server is on this machine.

    Raises Unavailable where trying again may help, AuthFailed where it will not.
    """
    parts = urlsplit(address)
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = subject, sender, ", ".join(to)
    letter.set_content("\n".join(lines) + "\n")
    host, context = parts.hostname or "", ssl.create_default_context()
    try:
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or _ENCRYPTED, timeout=_SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, parts.port or _PLAIN, timeout=_SECONDS)
        with server:
            if parts.scheme == "smtp" and host not in _LOOPBACK:
                server.starttls(context=context)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(letter)
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused):
        # What servers answer repeats addresses; so does the cause of each error here.
        raise AuthFailed("the mail server refused login, sender or recipients", stream="email") from None
    except (OSError, smtplib.SMTPException):
        raise Unavailable("the mail server could not be reached or broke off", stream="email") from None


async def post_slack(address: str, lines: Sequence[str]) -> None:
    """Post to a Slack channel. Raises as `send_mail` does."""
    await _post("slack", address, {"text": "\n".join(lines)})


async def post_teams(address: str, lines: Sequence[str]) -> None:
    """Post to a Teams channel as a card with one line a block. Raises as `send_mail` does."""
    blocks = [{"type": "TextBlock", "text": line, "wrap": True, "spacing": "Small"} for line in lines]
    card = {"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4"}
    content = {**card, "body": blocks}
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": content}
    await _post("teams", address, {"type": "message", "attachments": [attachment]})


async def _post(channel: str, address: str, body: Mapping[str, object]) -> None:
    try:
        async with httpx.AsyncClient(timeout=_SECONDS, follow_redirects=False) as client:
            answer = await client.post(address, json=body)
    except httpx.HTTPError:
        raise Unavailable(f"{channel} could not be reached", stream=channel) from None
    if answer.status_code in _OK:
        return
    message = f"{channel} answered {answer.status_code}"
    if answer.status_code in _PASSING:
        raise Unavailable(message, stream=channel)
    raise AuthFailed(message, stream=channel, hint="make a new webhook address in the channel")
