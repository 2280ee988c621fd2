"""Survey answers and campaigns as the vendor keeps them into canonical ones. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from typing import cast

from mappings.convert import CONVERTERS, number
from mappings.fields import PlainMap
from mappings.raw import Raw, first, first_moment, moment_of, parsed
from syncer.errors import InvalidRecord
from syncer.records import Answer, CostLine


def answer(raw: Raw, plain: PlainMap, contact_ids: Sequence[str]) -> Answer | None:
    """Return the survey answer; one that carries no number is None."""
    candidates = plain.candidates
    problems: list[str] = []
    at = first_moment(candidates["at"], raw.properties, problems)
    at = at if at is not None else moment_of("createdAt", raw.created_at, problems)
    text = first(candidates["value"], raw.properties)
    value = parsed("value", number, text, problems)
    if at is None and not problems:
        problems.append("the answer carries no date")
    if problems or at is None:
        raise InvalidRecord(problems, stream=raw.stream, record=raw.id)
    if value is None:
        return None
    return Answer(
        id=raw.id,
        contact_id=first(candidates["contact"], raw.properties) or (contact_ids[0] if contact_ids else None),
        survey_id=first(candidates["survey_id"], raw.properties),
        survey_type=first(candidates["survey_type"], raw.properties),
        value=round(value),
        answered_at=at,
    )


def cost_line(raw: Raw, plain: PlainMap) -> CostLine | None:
    """Return a campaign's spend; a campaign that records none is None, a recorded zero is zero."""
    candidates = plain.candidates
    problems: list[str] = []
    amount = parsed("amount", CONVERTERS["money"], first(candidates["amount"], raw.properties), problems)
    starts_at = first_moment(candidates["starts_at"], raw.properties, problems)
    ends_at = first_moment(candidates["ends_at"], raw.properties, problems)
    if problems:
        raise InvalidRecord(problems, stream=raw.stream, record=raw.id)
    if amount is None:
        return None
    source = first(candidates["source"], raw.properties)
    return CostLine(
        id=raw.id,
        source=str(CONVERTERS["slug"](source)) if source else None,
        campaign=first(candidates["name"], raw.properties),
        amount=cast("Decimal", amount),
        currency=first(candidates["currency"], raw.properties),
        starts_at=starts_at,
        ends_at=ends_at,
    )
