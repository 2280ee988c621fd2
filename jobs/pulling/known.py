"""What an account knows of each stream: its properties, or why it is left out, or why nobody can tell now."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from connectors.ending import together
from connectors.ports import Source
from connectors.values import PropertyDefinition
from syncer.errors import Missing, MissingScope, StreamError, Unavailable
from syncer.records import Kind


class Known(NamedTuple):
    """Streams by what is known of them."""

    properties: dict[str, Mapping[str, PropertyDefinition]]
    #: Why they are left out.
    skipped: dict[str, str]
    #: Why nobody can tell now.
    away: dict[str, str]


async def read_known(source: Source, streams: Sequence[str]) -> Known:
    """Return what is known of some streams; contacts, companies and deals that cannot be asked for now raise."""
    found = Known({}, {}, {})

    async def ask(stream: str) -> None:
        try:
            answer = await known_properties(source, stream)
        except Unavailable as error:
            if stream in set(Kind):
                raise
            found.away[stream] = error.message
            return
        if isinstance(answer, str):
            found.skipped[stream] = answer
        else:
            found.properties[stream] = answer

    await together(*(ask(stream) for stream in streams))
    return found


async def known_properties(source: Source, stream: str) -> Mapping[str, PropertyDefinition] | str:
    """Return a stream's properties by name, or why it cannot be read; contacts are needed and raise."""
    try:
        return await source.definitions(stream)
    except (MissingScope, Missing) as error:
        if stream == Kind.CONTACT:
            raise
        return error.hint or error.message
    except StreamError as error:
        if stream in set(Kind):
            raise
        # An object that the account does not know is refused in more ways than one; the others are read.
        return error.hint or error.message
