"""The official client as a transport: every failure of it and of urllib3 has a meaning."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
import urllib3
from hubspot.crm.owners import exceptions as owners_errors
from hubspot.crm.pipelines import exceptions as pipelines_errors
from hubspot.crm.properties import exceptions as properties_errors

from connectors.http import Answer, Unanswered, foreign_meaning
from connectors.hubspot.official import FOREIGN, Official, send
from connectors.statuses import Meaning


def subclasses(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for one in kind.__subclasses__():
        yield from subclasses(one)


ROOTS = (
    urllib3.exceptions.HTTPError,
    owners_errors.OpenApiException,
    pipelines_errors.OpenApiException,
    properties_errors.OpenApiException,
)


@pytest.mark.parametrize("kind", {one for root in ROOTS for one in subclasses(root)}, ids=lambda kind: kind.__name__)
def test_every_exception_has_a_meaning(kind: type[Exception]) -> None:
    assert any(issubclass(kind, known) for known, _ in FOREIGN)


def test_the_most_specific_line_wins() -> None:
    for place, (kind, _) in enumerate(FOREIGN):
        assert not any(issubclass(kind, earlier) for earlier, _ in FOREIGN[:place]), kind


@dataclass(frozen=True)
class Reply:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"retry-after": "3"})
    data: bytes = b"{}"


async def test_an_answer_passes_unread() -> None:
    def operation(*args: object, **kwargs: object) -> Reply:
        assert args == ("deals",)
        assert kwargs["_preload_content"] is False
        return Reply()

    assert await send(operation, "deals") == Answer(status=200, headers={"retry-after": "3"}, body=b"{}")


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (urllib3.exceptions.ProtocolError("reset"), Meaning.FAILED),
        (urllib3.exceptions.ConnectTimeoutError("late"), Meaning.NOT_SENT),
        (owners_errors.ApiException(status=0, reason="SSLError"), Meaning.NOT_SENT),
        (properties_errors.ApiValueError("missing"), Meaning.OURS),
    ],
)
async def test_a_failure_keeps_its_cause(error: Exception, meaning: Meaning) -> None:
    def operation(*args: object, **kwargs: object) -> Reply:
        raise error

    with pytest.raises(Unanswered) as caught:
        await send(operation)
    assert caught.value.meaning is meaning
    assert caught.value.__cause__ is error


async def test_a_refused_connection_was_not_sent() -> None:
    official = Official(token="pat-secret", base_url="http://127.0.0.1:9")
    with pytest.raises(Unanswered) as caught:
        await send(official.owners)
    assert caught.value.meaning is Meaning.NOT_SENT
    official.close()


def test_an_unknown_exception_has_no_meaning() -> None:
    assert foreign_meaning(KeyError(), FOREIGN) is None
