"""Leads under scores, rulings, people's words and time, against a reference written from the specification alone."""

from collections.abc import Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from syncer.funnel import decide_contact
from syncer.funnel.facts import ContactFacts
from syncer.moments import DAY, MINUTE, SECOND, Millis
from syncer.records import Evidence
from tests.property.reference_leads import Fact, Reference, Standing
from tests.unit.funnel.build import COMPANY, contact, rules

_START = 1_767_602_400_000
_EACH = 40
#: Event to kind, subject and outcome of what the contact did.
_EVENTS = {
    "page_view": ("page_view", "/blog", None),
    "pricing_view": ("page_view", "/preise", None),
    "newsletter_click": ("email_click", "Newsletter", None),
    "whitepaper": ("form", "Whitepaper", None),
    "demo_request": ("form", "Demo anfordern", None),
    "unclassified": ("form", "Irgendwas", None),
    "newsletter_optin": ("form", "Newsletter bestellen", None),
    "webinar_attended": ("registration", "Webinar", "attended"),
    "unsubscribe": ("unsubscribe", None, None),
}
_RULINGS = {
    "accept": "IN_PROGRESS",
    "not_ready": "NOT_READY",
    "bad_timing": "BAD_TIMING",
    "no_fit": "UNQUALIFIED",
    "duplicate": "DUPLICATE",
}
_WORDS = ("TAM", "SUSPECT", "INQUIRY", "LEAD_MQL", "LEAD_SQL", "LEAD_SAL", "CLOSED_LOST", None)
#: How often the contact acts, sales rules and people set a stage.
_MIXES = ((1, 0, 0), (6, 1, 0), (6, 2, 1), (3, 2, 2))


def _past(chance: Random) -> Sequence[tuple[Fact, Evidence]]:
    span, mix = chance.choice((40, 120, 400)), chance.choice(_MIXES)
    moments = chance.sample(range(span * DAY // MINUTE), chance.randrange(1, chance.choice((4, 10, 25))))
    return [_fact(chance, number, ahead, mix) for number, ahead in enumerate(sorted(moments))]


def _fact(chance: Random, number: int, ahead: int, mix: Sequence[int]) -> tuple[Fact, Evidence]:
    at = Millis(_START + ahead * MINUTE + SECOND)
    kind = chance.choices(("did", "ruling", "person"), weights=mix)[0]
    if kind == "ruling":
        ruling = chance.choice(tuple(_RULINGS))
        return Fact(at, kind, ruling), _row(number, at, ("lead_status", None, _RULINGS[ruling]), actor="user")
    if kind == "person":
        word = chance.choice(_WORDS)
        return Fact(at, kind, word), _row(number, at, ("stage", None, word), actor="user")
    event = chance.choice((*_EVENTS, *(("page_view",) * 6)))
    row = _row(number, at, _EVENTS[event])
    return Fact(at, kind, event, replace(row, subject=event)), row


def _row(number: int, at: Millis, what: tuple[str, str | None, str | None], *, actor: str | None = None) -> Evidence:
    kind, subject, outcome = what
    return Evidence(at, 0, f"e:{number}", kind, subject, subject, actor, outcome, 30.0, at)


def _decided(rows: Sequence[Evidence], as_of: Millis) -> Standing:
    known = ContactFacts(
        contact=contact(created_at=Millis(_START - DAY)), company=COMPANY, evidence=sorted(rows), deals=()
    )
    found = decide_contact(known, rules=rules(), as_of=as_of)
    assert found.score.grade == "B"
    cycles = [(one.started_at, one.ended_at, one.outcome.value) for one in found.cycles]
    return Standing(found.stage.value, cycles, found.overridden_until, found.score.engagement)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1_000_000).map(lambda seed: seed * _EACH), st.floats(0, 1))
def test_leads_stand_where_the_specification_puts_them(first: int, share: float) -> None:
    for seed in range(first, first + _EACH):
        past = _past(Random(seed))
        last = past[-1][0].at
        for as_of in (Millis(last + 200 * DAY), Millis(_START + int((last - _START) * share))):
            expected = Reference().standing([fact for fact, _ in past], _START, as_of)
            assert _decided([row for _, row in past], as_of) == expected, (seed, as_of)
