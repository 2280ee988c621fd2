"""What a page sends back: a small form with the key of its session."""

import hmac
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from jobs.web.access import Role

#: Bytes of the largest form, and its fields.
_LARGEST, _FIELDS = 16_384, 40
_SAME_SITE = frozenset({None, "same-origin", "none"})


async def read_form(request: Request) -> Mapping[str, str]:
    """Return the fields of a form.

    Raises HTTPException: 413 for a large body, 400 for what is no form, 403 for one that another site sent.
    """
    if request.headers.get("sec-fetch-site") not in _SAME_SITE:
        raise HTTPException(HTTPStatus.FORBIDDEN, "sent by another site")
    try:
        body = await _body(request)
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS, errors="strict"))
    except (ValueError, ClientDisconnect):
        raise HTTPException(HTTPStatus.BAD_REQUEST, "this is no form") from None


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the form is too large")
    return body


async def operator_form(request: Request) -> Mapping[str, str]:
    """Return the fields of a form that an operator sent from a page of their own session.

    Raises HTTPException: 403 for any other, 400 for a field that no database can hold.
    """
    fields, session = await read_form(request), request.state.session
    if session is None or not hmac.compare_digest(session.form_key.encode(), fields.get("form_key", "").encode()):
        raise HTTPException(HTTPStatus.FORBIDDEN, "the form is out of date; load the page again")
    if session.role is not Role.OPERATOR:
        raise HTTPException(HTTPStatus.FORBIDDEN, "readers may look, not decide")
    if any("\0" in value for value in fields.values()):
        # PostgreSQL has no text that could hold it.
        raise HTTPException(HTTPStatus.BAD_REQUEST, "this is no form")
    return fields
