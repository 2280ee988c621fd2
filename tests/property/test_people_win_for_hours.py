"""Hours of alternating edits by people, automation, an import and another app: people win, nobody is fought (R11)."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from syncer.agreement import load_default
from syncer.funnel import decide_contact
from syncer.funnel.facts import ContactDecision, ContactFacts
from syncer.moments import DAY, HOUR, Millis
from syncer.records import Evidence
from syncer.writeback import Shown, Written, desired_contact, diff, write_rules
from syncer.writeback.standing import standing_of
from tests.unit.funnel.build import COMPANY, contact, row, rules

_START = 1_770_015_600_000
_HOURS = 60
#: The last hours, in which nobody edits anything.
_QUIET = 12
_LIFECYCLE, _STAGE = "lifecyclestage", "fn_stage"
_VALUES = {
    _LIFECYCLE: ("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer"),
    _STAGE: ("SUSPECT", "INQUIRY", "LEAD_MQL", "LEAD_SQL", "LEAD_SAL", "CLOSED_LOST"),
}
_EDITORS = ("user", "user", "automation", "import", "integration")
_AGREEMENT = load_default()
_RULES = write_rules(_AGREEMENT.write_back, _AGREEMENT.lifecycle_map)


class _Crm:
    """One contact's properties, who edited them, and what we wrote there."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)
        self._held: dict[str, str | None] = {}
        self._written: dict[str, Written] = {}
        form = self._chance.choice((None, "Whitepaper", "Demo anfordern"))
        self._rows: list[Evidence] = [] if form is None else [row(_START, "form", form, asset="a")]
        #: What a person chose last, and what we wrote over it.
        self.chosen: tuple[str, str] | None = None
        self.fought: list[str | None] = []

    def edited(self, hour: int) -> None:
        """Let somebody edit a property."""
        who = self._chance.choice(_EDITORS)
        name = self._chance.choice((_LIFECYCLE, _LIFECYCLE, _STAGE))
        value = self._chance.choice(_VALUES[name])
        if self._held.get(name) == value:
            return  # a value that is written once more leaves no trace in the CRM
        kind = "lifecycle" if name == _LIFECYCLE else "stage"
        at = Millis(_START + hour * HOUR)
        self._rows.append(Evidence(at, 0, f"{kind}:{hour}", kind, None, None, who, value, None, at))
        if who == "user":
            self.chosen = (name, value)
        elif self.chosen is not None and self.chosen[0] == name:
            self.chosen = None
        self._held[name] = value

    def synced(self, hour: int) -> set[str]:
        """Decide, write, and return the properties that were written."""
        at = Millis(_START + hour * HOUR + HOUR // 2)
        shown = Shown(held=dict(self._held), written=dict(self._written))
        wanted = desired_contact(standing_of(self._decided(at)), shown, _RULES).values
        edits = [one for one in diff(wanted, self._held) if one.property in _VALUES]
        for one in edits:
            if self.chosen is not None and self.chosen[0] == one.property:
                self.fought.append(one.value)
            self._held[one.property] = one.value
            self._written[one.property] = Written(value=one.value or "", at=at)
        return {one.property for one in edits}

    def _decided(self, at: Millis) -> ContactDecision:
        who = contact(created_at=Millis(_START - 10 * DAY))
        facts = ContactFacts(contact=who, company=COMPANY, evidence=sorted(self._rows))
        return decide_contact(facts, rules=rules(), as_of=at)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000_000))
def test_people_win_and_nobody_is_fought(seed: int) -> None:
    crm, chance = _Crm(seed), Random(seed)
    for hour in range(_HOURS):
        if hour < _HOURS - _QUIET and chance.randrange(5) < 2:
            crm.edited(hour)
        written = crm.synced(hour)
        if hour > _HOURS - _QUIET:
            assert written == set()
    assert [value for value in crm.fought if value is not None] == []
