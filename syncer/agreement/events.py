"""The section `events`: which form, page, mail or meeting is which scored event."""

import re
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import Field, RootModel

from syncer.agreement import patterns
from syncer.agreement.base import Ident, Section
from syncer.records import ActivityKind

#: What a contact did that no rule names: kept, shown and counted.
UNCLASSIFIED = "unclassified"

#: Distinct (kind, subject, asset, outcome) remembered; a portal with endless page addresses starts anew.
_REMEMBERED = 50_000


class EventKind(StrEnum):
    """Kinds of activity that can be a scored event: those that a contact starts, and meetings."""

    FORM = ActivityKind.FORM.value
    EMAIL_CLICK = ActivityKind.EMAIL_CLICK.value
    PAGE_VIEW = ActivityKind.PAGE_VIEW.value
    EMAIL_IN = ActivityKind.EMAIL_IN.value
    REGISTRATION = ActivityKind.REGISTRATION.value
    UNSUBSCRIBE = ActivityKind.UNSUBSCRIBE.value
    MEETING = ActivityKind.MEETING.value


_OWN = frozenset(EventKind) - {EventKind.MEETING}


class EventRule(Section):
    """One name for some activities. Every condition given must hold."""

    event: Ident
    kinds: Annotated[tuple[EventKind, ...], Field(min_length=1)]
    #: Regular expression, case ignored, searched in subject and in asset; None takes every activity of the kinds.
    match: str | None = None
    #: Outcomes as the CRM says them, case ignored; None takes every outcome.
    outcomes: tuple[str, ...] | None = None
    #: Outcomes that never count.
    except_outcomes: tuple[str, ...] = ()

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """The compiled expression."""
        return None if self.match is None else patterns.compiled(self.match)

    @cached_property
    def _wanted(self) -> frozenset[str] | None:
        return None if self.outcomes is None else frozenset(name.casefold() for name in self.outcomes)

    @cached_property
    def _unwanted(self) -> frozenset[str]:
        return frozenset(name.casefold() for name in self.except_outcomes)

    def hits(self, subject: str | None, asset: str | None, outcome: str | None) -> bool:
        """Say whether an activity of one of the rule's kinds is this event."""
        held = (outcome or "").casefold()
        if held in self._unwanted or (self._wanted is not None and held not in self._wanted):
            return False
        return self.pattern is None or any(text and patterns.search(self.pattern, text) for text in (subject, asset))


class Events(RootModel[tuple[EventRule, ...]]):
    """Event rules in order; the first hit wins."""

    model_config = {"frozen": True}

    @cached_property
    def _known(self) -> dict[tuple[str, str | None, str | None, str | None], str]:
        return {}

    @cached_property
    def _by_kind(self) -> dict[str, tuple[EventRule, ...]]:
        return {kind.value: tuple(rule for rule in self.root if kind in rule.kinds) for kind in EventKind}

    @cached_property
    def names(self) -> frozenset[str]:
        """Every event that a rule may speak of, `unclassified` among them."""
        return frozenset(rule.event for rule in self.root) | {UNCLASSIFIED}

    def classify(self, kind: str, subject: str | None, asset: str | None, outcome: str | None) -> str:
        """Return the event that an activity is, `unclassified`, or "" for what we did ourselves."""
        key = (kind, subject, asset, outcome)
        event = self._known.get(key)
        if event is None:
            event = self._first_hit(kind, subject, asset, outcome)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = event
        return event

    def _first_hit(self, kind: str, subject: str | None, asset: str | None, outcome: str | None) -> str:
        for rule in self._by_kind.get(kind, ()):
            if rule.hits(subject, asset, outcome):
                return rule.event
        return UNCLASSIFIED if kind in _OWN else ""
