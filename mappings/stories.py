"""A lead or a quote as the vendor keeps it into a story: what it says from when on. Pure."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence

from mappings.convert import moment
from mappings.fields import StoryMap
from mappings.history import Version, ascending, change_source
from mappings.raw import Raw
from syncer.errors import InvalidRecord
from syncer.moments import DAY, Millis
from syncer.records import ChangeSource
from syncer.tellings import LeadState, LeadWord, Story, Telling

#: What a quote says whose date has passed; the vendor leaves its status as it was.
EXPIRED = "EXPIRED"

#: How a state and what was given as its reason are told.
Word = Callable[[str, str | None], str]


def as_it_stands(state: str, reason: str | None) -> str:
    """Tell a state in the vendor's own word."""
    del reason
    return state


def as_lead(states: Mapping[str, LeadState]) -> Word:
    """Return how leads tell their stage, given what the stages of their pipelines mean."""

    def word(stage_id: str, reason: str | None) -> str:
        return str(LeadWord(states.get(stage_id), stage_id, reason))

    return word


def story(
    raw: Raw, story_map: StoryMap, record_ids: Sequence[str], history: Mapping[str, Sequence[Version]], word: Word
) -> Story:
    """Return what a record tells; one without any moment to tell its state from is an InvalidRecord."""
    problems: list[str] = []
    updated = _moment("updatedAt", raw.properties.get("hs_lastmodifieddate") or raw.updated_at, problems)
    created = _moment("createdAt", raw.created_at, problems)
    archived = _moment("archivedAt", raw.archived_at, problems)
    ends = _moment(story_map.ends, raw.properties.get(story_map.ends), problems) if story_map.ends else None
    states = _states(raw, story_map, history, created)
    if not states and raw.properties.get(story_map.state):
        problems.append("neither a version nor a creation date says since when it stands")
    if problems:
        raise InvalidRecord(problems, stream=raw.stream, record=raw.id)
    reasons = _versions(raw, history, story_map.reason)
    return Story(
        id=raw.id,
        stream=raw.stream,
        topic=story_map.topic,
        kind=story_map.about,
        record_ids=tuple(dict.fromkeys(record_ids)),
        tellings=(*_told(states, reasons, word), *_ended(states, ends, story_map.final)),
        updated_at=updated,
        archived_at=archived,
    )


def _states(
    raw: Raw, story_map: StoryMap, history: Mapping[str, Sequence[Version]], created: Millis | None
) -> Sequence[Telling]:
    """Return the versions of the state; without any, the present one since the record was created."""
    found = _versions(raw, history, story_map.state)
    present = raw.properties.get(story_map.state)
    if found or not present or created is None:
        return found
    return (Telling(created, present),)


def _versions(raw: Raw, history: Mapping[str, Sequence[Version]], name: str | None) -> Sequence[Telling]:
    """Return the versions of a property, ascending, one a moment and none that repeats the last."""
    told = ascending(history.get(name or "", ()), raw.properties.get(name or ""))
    by_moment = {one.at: one for one in told}
    kept: list[Telling] = []
    for one in by_moment.values():
        value = one.value or None
        if (kept[-1].value if kept else None) != value:
            kept.append(Telling(one.at, value, change_source(one.source_type)))
    return kept


def _told(states: Sequence[Telling], reasons: Sequence[Telling], word: Word) -> Sequence[Telling]:
    """Return the states in words. People end a lead first and say why a moment later: reasons count until the next."""
    found = []
    for state, following in zip(states, (*states[1:], None), strict=False):
        reason = _latest(reasons, None if following is None else following.at)
        found.append(state if state.value is None else state._replace(value=word(state.value, reason)))
    return found


def _latest(reasons: Sequence[Telling], before: Millis | None) -> str | None:
    known = len(reasons) if before is None else bisect_right(reasons, before - 1, key=lambda one: one.at)
    return reasons[known - 1].value if known else None


def _ended(states: Sequence[Telling], ends: Millis | None, final: Sequence[str]) -> Sequence[Telling]:
    """Return the end of what expires: the named day is its last."""
    if ends is None or not states or states[-1].value in {None, *final}:
        return ()
    at = Millis(ends + DAY if ends % DAY == 0 else ends)
    return (Telling(at, EXPIRED, ChangeSource.CALCULATED),) if at > states[-1].at else ()


def _moment(name: str | None, text: str | None, problems: list[str]) -> Millis | None:
    if not text:
        return None
    try:
        return moment(text)
    except ValueError as error:
        problems.append(f"{name} {error}")
        return None
