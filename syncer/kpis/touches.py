"""From what a contact did to touches with a source: what the address or the kind of a reaction says, visits as one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from syncer.kpis.statistics.attribution import Touch
from syncer.moments import MINUTE, Millis
from syncer.records import ActivityKind

#: Reactions closer together than this are one visit, unless they come from different places.
_VISIT = 30 * MINUTE

#: The CRM's own word for what a click in one of its mails comes from.
EMAIL_SOURCE = "email_marketing"


class Reaction(NamedTuple):
    """One thing that a contact did, as evidence holds it."""

    at: Millis
    kind: str
    subject: str | None
    asset: str | None
    outcome: str | None


class Origin(NamedTuple):
    """Where a reaction came from; None is unknown."""

    source: str | None
    campaign: str | None


#: Where a reaction came from, as reports name it.
OriginRule = Callable[[Reaction], Origin]


def origin_rule(
    named: Mapping[str, str], by_event: Mapping[str, str], event_of: Callable[[Reaction], str]
) -> OriginRule:
    """Return the rule that reads a reaction's origin.

    `named` maps a UTM source or campaign to the source that reports name, `by_event` an event of the agreement.
    """
    stated = {name.lower(): source for name, source in named.items()}

    def origin(reaction: Reaction) -> Origin:
        source, campaign = _utm(reaction.subject) or _utm(reaction.asset) or (None, None)
        for word in (campaign, source):
            if word and word.lower() in stated:
                return Origin(stated[word.lower()], campaign)
        if source:
            return Origin(source.lower(), campaign)
        if by_event and (event := by_event.get(event_of(reaction))):
            return Origin(event, campaign)
        return Origin(EMAIL_SOURCE if reaction.kind == ActivityKind.EMAIL_CLICK else None, campaign)

    return origin


def _utm(text: str | None) -> tuple[str | None, str | None] | None:
    if text is None or "utm_" not in text:
        return None
    try:
        asked = parse_qs(urlsplit(text).query)
    except ValueError:
        return None
    source, campaign = (next(iter(asked.get(name, ())), None) for name in ("utm_source", "utm_campaign"))
    return (source, campaign) if source or campaign else None


def visits(first: Touch | None, reactions: Iterable[Reaction], origin: OriginRule, until: Millis) -> Sequence[Touch]:
    """Return the touches up to a milestone, ascending: the first contact, then the reactions after it.

    A reaction within half an hour of the one before belongs to the same visit; a visit comes from where any of its
    reactions comes from. The first contact comes from where its cycle says, unknown too: so K19 and K28 agree.
    """
    touches = [] if first is None or first.at > until else [first]
    last = touches[-1].at if touches else None
    for reaction in sorted(reactions, key=lambda one: one.at):
        if reaction.at > until or (first is not None and reaction.at < first.at):
            continue
        source, campaign = origin(reaction)
        before = touches[-1] if touches else None
        is_near = last is not None and reaction.at - last <= _VISIT
        if before is None or not is_near or not _agree(before, source, is_told=before is first):
            touches.append(Touch(reaction.at, source, campaign))
        elif before is not first:
            touches[-1] = Touch(before.at, before.source or source, before.campaign or campaign)
        last = reaction.at
    return touches


def _agree(touch: Touch, source: str | None, *, is_told: bool) -> bool:
    return source is None or touch.source == source or (touch.source is None and not is_told)
