"""Requests, rulings and several deals in any order against a reference written from the specification alone."""

from collections.abc import Mapping, Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from syncer.funnel import decide_contact, decide_deal
from syncer.funnel.facts import ContactFacts, DealFacts, Relationship
from syncer.moments import DAY, HOUR, Millis
from syncer.records import Change, ChangeSource, Deal, Evidence, Kind
from tests.property.reference_cycles import REASONS, DealPast, Reference, Standing
from tests.unit.funnel.build import COMPANY, contact, rules

_START = 1_767_342_600_000
_SPAN = 600 * DAY
_EACH = 40
_STAGES = ("appointmentscheduled", "qualifiedtobuy", "contractsent", "closedwon", "closedlost")
#: Fact to kind, subject and outcome.
_FACTS = {
    "request": ("form", "Demo anfordern", None),
    "accept": ("lead_status", None, "IN_PROGRESS"),
    "not_ready": ("lead_status", None, "NOT_READY"),
    "bad_timing": ("lead_status", None, "BAD_TIMING"),
    "no_fit": ("lead_status", None, "UNQUALIFIED"),
    "duplicate": ("lead_status", None, "DUPLICATE"),
}
_OFTEN = ("request", "request", "accept")


def _moment(chance: Random) -> Millis:
    """Return an hour of the span; one in five is one of thirty at which several things happen at once."""
    ahead = chance.randrange(_SPAN // HOUR) * HOUR
    return Millis(_START + (ahead if chance.randrange(5) else ahead - ahead % (20 * DAY)))


def _facts(chance: Random) -> Sequence[tuple[Millis, str]]:
    return sorted((_moment(chance), chance.choice((*_OFTEN, *_FACTS))) for _ in range(chance.randrange(6)))


def _deal(chance: Random) -> DealPast:
    moves: list[tuple[Millis, str]] = []
    for at in sorted({_moment(chance) for _ in range(chance.randrange(1, 6))}):
        stage = chance.choice(_STAGES)
        if not moves or moves[-1][1] != stage:
            moves.append((at, stage))
    gone = chance.choice((None, None, None, _moment(chance)))
    return DealPast(
        moves=moves,
        reason=chance.choice(tuple(REASONS)),
        is_owners=chance.randrange(3) == 0,
        close_date=chance.choice((None, _moment(chance))),
        gone_at=None if gone is None or gone <= moves[0][0] else gone,
    )


def _decided(facts: Sequence[tuple[Millis, str]], deals: Mapping[str, DealPast], as_of: Millis) -> Standing:
    known = ContactFacts(
        contact=contact(created_at=Millis(_START), owner_id="o"),
        company=COMPANY,
        evidence=sorted(_row(number, *fact) for number, fact in enumerate(facts)),
        deals=[decide_deal(_known(ident, one), rules=rules(), as_of=as_of) for ident, one in deals.items()],
    )
    found = decide_contact(known, rules=rules(), as_of=as_of)
    cycles = [
        (one.cycle_no, one.started_at, one.ended_at, one.outcome.value, one.type.value, one.recycled_from)
        for one in found.cycles
    ]
    return Standing(found.stage.value, cycles, found.relationship is Relationship.CUSTOMER)


def _row(number: int, at: Millis, fact: str) -> Evidence:
    kind, subject, outcome = _FACTS[fact]
    return Evidence(at, 0, f"e:{number}", kind, subject, subject, "user" if outcome else None, outcome, None, at)


def _known(ident: str, past: DealPast) -> DealFacts:
    changes = [
        Change(kind=Kind.DEAL, record_id=ident, property="stage", value=stage, at=at, source=ChangeSource.USER)
        for at, stage in past.moves
    ]
    deal = Deal(
        id=ident,
        pipeline_id="default",
        stage_id=past.moves[-1][1],
        created_at=past.moves[0][0],
        close_date=past.close_date,
        lost_reason=past.reason,
        owner_id="o" if past.is_owners else None,
        archived_at=past.gone_at,
    )
    return DealFacts(deal=deal, changes=changes, contact_ids=("c",), gone_at=past.gone_at)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 1_000_000).map(lambda seed: seed * _EACH), st.floats(0, 1))
def test_cycles_and_stages_are_those_of_the_specification(first: int, share: float) -> None:
    for seed in range(first, first + _EACH):
        chance = Random(seed)
        facts = _facts(chance)
        deals = {f"d{number}": _deal(chance) for number in range(chance.choice((0, 1, 1, 2, 2, 3)))}
        for as_of in (Millis(_START + _SPAN), Millis(_START + int(_SPAN * share))):
            begun = {ident: one for ident, one in deals.items() if one.moves[0][0] <= as_of}
            assert _decided(facts, begun, as_of) == Reference(begun).standing(facts, as_of), (seed, as_of)
