"""A derive over a store without any CRM: figures of the account, choices, and one end whether step by step or whole."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import pytest
from sqlalchemy import select

from connectors.ports import Destination, Source
from jobs.deciding.derive import derive, rules_of
from jobs.desk import Desk
from jobs.progress import Silent
from jobs.settings import Account
from mappings.fields import definitions
from syncer.agreement import InForce, parse_agreement
from syncer.funnel.facts import DealDecision, FunnelStage, Outcome
from syncer.funnel.kept import PrimaryBy
from syncer.moments import DAY, Millis
from syncer.records import Activity, ActivityKind, Change, ChangeSource, Company, Contact, Deal, Kind, Link
from syncer.store import Store, tables
from tests.unit.funnel.build import GRADE_B, STAGES, at

_ACCOUNT = "hubspot"
#: Silent for longer than sales of its kind take: delayed, not asked.
_STALLED = """
closed_other:
  rules:
    - id: CO8
      mode: auto
      when: deal.is_open and days_since_two_way_activity >= max(45, 2 * p75_time_in_stage_of_won(stage))
  guards: {rules: [], skip_if: []}
"""


@dataclass
class Clock:
    """The present as a test says it."""

    now: Millis

    def __call__(self) -> Millis:
        return self.now


def _desk(store: Store, clock: Clock, text: str = _STALLED) -> Desk:
    with store.commit() as unit:
        unit.desk.keep_account(_ACCOUNT, portal_id="1", time_zone="UTC", currency="EUR", account_type=None)
        unit.mirror.replace_stages(_ACCOUNT, STAGES)
    return Desk(
        account=Account.model_construct(name=_ACCOUNT),
        store=store,
        source=cast("Source", None),
        destination=cast("Destination", None),
        agreement=InForce(agreement=parse_agreement(text, "agreement.yaml")),
        definitions=definitions("hubspot"),
        clock=clock,
        progress=Silent(),
        overlap=0,
    )


def _put(
    desk: Desk, deal_id: str, moves: Sequence[tuple[str, str]], contacts: Sequence[str] = ("1",), **more: object
) -> None:
    deal = Deal(id=deal_id, pipeline_id="default", stage_id=moves[-1][1], created_at=at(moves[0][0]), **more)
    changes = [
        Change(kind=Kind.DEAL, record_id=deal_id, property="stage", value=stage, at=at(when), source=ChangeSource.USER)
        for when, stage in moves
    ]
    links = [Link(from_kind=Kind.DEAL, from_id=deal_id, to_kind=Kind.CONTACT, to_id=one) for one in contacts]
    with desk.store.commit() as unit:
        unit.mirror.upsert_deals(_ACCOUNT, [deal], desk.clock())
        unit.mirror.replace_links(_ACCOUNT, Kind.DEAL, Kind.CONTACT, {deal_id: links}, desk.clock())
        unit.mirror.add_changes(_ACCOUNT, changes, desk.clock())


def _people(desk: Desk, *ids: str) -> None:
    with desk.store.commit() as unit:
        created = at("2026-01-01")
        people = [Contact(id=one, email=f"{one}@x.example", country="DE", created_at=created, **GRADE_B) for one in ids]
        unit.mirror.upsert_contacts(_ACCOUNT, people, desk.clock())


def _deal(desk: Desk, deal_id: str) -> DealDecision:
    with desk.store.snapshot() as unit:
        return next(iter(unit.ledger.deal_decisions(_ACCOUNT, [deal_id])))


def _stage(desk: Desk, contact_id: str) -> FunnelStage:
    with desk.store.snapshot() as unit:
        return next(iter(unit.ledger.states(_ACCOUNT, [contact_id]))).stage


def _figure(desk: Desk) -> tuple[float, int] | None:
    with desk.store.snapshot() as unit:
        found = rules_of(unit, _ACCOUNT, desk.agreement.agreement).stays.at("default", "qualifiedtobuy", desk.clock())
    return None if found is None else (found.p75_days, found.n)


def _won(desk: Desk, number: int, days: str, month: str = "02") -> None:
    moves = [(f"2026-{month}-01", "qualifiedtobuy"), (days, "closedwon")]
    _put(desk, f"won{number}", moves, contacts=(), close_date=at(days))


@pytest.fixture
def desk(store: Store) -> Desk:
    """Return a desk on a portal in which one deal has been silent since July."""
    found = _desk(store, Clock(at("2026-09-25")))
    _people(found, "1", "2")
    _put(found, "open", [("2026-07-01", "qualifiedtobuy")])
    return found


async def test_a_first_derive_decides_by_the_figures_that_it_finds(desk: Desk) -> None:
    for number in range(5):
        _won(desk, number, f"2026-04-{2 + number:02d}")
    await derive(desk, full=True)
    assert _figure(desk) == (62.96, 5)
    assert _deal(desk, "open").spans[-1].outcome is Outcome.OPEN
    assert _stage(desk, "1") is FunnelStage.LEAD_DEAL


async def test_without_won_deals_the_floor_decides(desk: Desk) -> None:
    await derive(desk)
    assert _figure(desk) is None
    assert _deal(desk, "open").spans[-1].outcome is Outcome.OTHER
    assert _stage(desk, "1") is FunnelStage.TAM


async def test_deals_won_this_month_count_from_the_next_one_on(desk: Desk) -> None:
    clock = cast("Clock", desk.clock)
    clock.now = at("2026-08-10")
    await derive(desk)
    for number in range(5):
        _won(desk, number, f"2026-08-{2 + number:02d}", month="05")
    await derive(desk)
    assert _figure(desk) is None
    clock.now = at("2026-09-01T00:00")
    await derive(desk)
    assert _figure(desk) == (96.0, 5)
    clock.now = at("2026-09-25")
    await derive(desk)
    assert _deal(desk, "open").spans[-1].outcome is Outcome.OPEN


async def test_a_late_word_of_an_early_deal_moves_the_figure_and_whoever_it_concerns(desk: Desk) -> None:
    for number in range(4):
        _won(desk, number, f"2026-04-{2 + number:02d}")
    await derive(desk, full=True)
    assert (_figure(desk), _stage(desk, "1")) == (None, FunnelStage.TAM)
    _won(desk, 4, "2026-04-06")
    count = await derive(desk)
    assert _figure(desk) == (62.96, 5)
    assert _deal(desk, "open").spans[-1].outcome is Outcome.OPEN
    assert _stage(desk, "1") is FunnelStage.LEAD_DEAL
    assert count.deals == 2


async def test_step_by_step_and_whole_end_in_the_same_state(desk: Desk) -> None:
    for number in range(6):
        _won(desk, number, f"2026-04-{2 + number:02d}")
        await derive(desk)
    before = _told(desk)
    await derive(desk, full=True)
    assert _told(desk) == before
    with desk.store.commit() as unit:
        unit.desk.keep_cursor(_ACCOUNT, "account", "stays", "")
    await derive(desk)
    assert _told(desk) == before


def _told(desk: Desk) -> list[list[object]]:
    """Return the decisions in force and the figures, without when they were written down."""
    later = {"recorded_at", "changed_at"}
    spans = tables.deal_spans
    with desk.store.snapshot() as unit:
        return [
            [
                [value for name, value in row._mapping.items() if name not in later]
                for row in unit.connection.execute(statement)
            ]
            for statement in (
                select(spans).where(spans.c.superseded_at.is_(None)).order_by(spans.c.deal_id, spans.c.valid_from),
                select(tables.deal_states).order_by(tables.deal_states.c.deal_id),
                select(tables.contact_states).order_by(tables.contact_states.c.contact_id),
                select(tables.stage_stays).order_by(*tables.stage_stays.primary_key),
            )
        ]


# --- primary contact


def _asks(desk: Desk, contact_id: str, when: str) -> None:
    activity = Activity(
        id=f"{contact_id}-{when}",
        stream="form_submissions",
        kind=ActivityKind.FORM,
        occurred_at=at(when),
        subject="Demo anfordern",
        contact_ids=(contact_id,),
    )
    with desk.store.commit() as unit:
        unit.mirror.upsert_activities(_ACCOUNT, [activity], desk.clock())


async def test_whoever_was_sales_ready_last_before_a_deal_carries_it_for_good(desk: Desk) -> None:
    _asks(desk, "2", "2026-08-01")
    _asks(desk, "1", "2026-09-10")
    _put(desk, "both", [("2026-09-01", "contractsent")], contacts=("1", "2"))
    await derive(desk)
    assert (_deal(desk, "both").primary_contact_id, _deal(desk, "both").primary_by) == ("2", PrimaryBy.SALES_READY)
    _asks(desk, "1", "2026-08-20")
    await derive(desk)
    await derive(desk, full=True)
    assert _deal(desk, "both").primary_contact_id == "2"


async def test_who_was_sales_ready_only_later_does_not_count(desk: Desk) -> None:
    _asks(desk, "2", "2026-09-10")
    _put(desk, "both", [("2026-09-01", "contractsent")], contacts=("1", "2"))
    await derive(desk)
    assert (_deal(desk, "both").primary_contact_id, _deal(desk, "both").primary_by) == ("1", PrimaryBy.EARLIEST)


async def test_a_deal_without_a_creation_date_is_chosen_for_without_asking(desk: Desk) -> None:
    _asks(desk, "2", "2026-08-01")
    _put(desk, "both", [("2026-09-01", "contractsent")], contacts=("1", "2"))
    with desk.store.commit() as unit:
        deal = Deal(id="both", pipeline_id="default", stage_id="contractsent")
        unit.mirror.upsert_deals(_ACCOUNT, [deal], desk.clock())
    await derive(desk)
    assert _deal(desk, "both").primary_contact_id == "1"


# --- a delay and its memory


async def test_a_delay_keeps_its_day_through_derives_and_stays_in_the_past_when_the_deal_goes_on(desk: Desk) -> None:
    clock = cast("Clock", desk.clock)
    desk = replace(desk, agreement=InForce(agreement=parse_agreement("{}", "agreement.yaml")))
    _put(
        desk,
        "later",
        [("2026-07-01", "qualifiedtobuy")],
        contacts=("2",),
        fields={"planned_purchase": at("2027-06-15")},
    )
    await derive(desk)
    since = _deal(desk, "later").spans[-1].valid_from
    assert (_deal(desk, "later").spans[-1].outcome, _stage(desk, "2")) == (Outcome.OTHER, FunnelStage.TAM)
    for days in (1, 5, 9):
        clock.now = Millis(at("2026-09-25") + days * DAY)
        await derive(desk, full=True)
        assert _deal(desk, "later").spans[-1].valid_from == since
    clock.now = at("2026-10-20")
    moves = [("2026-07-01", "qualifiedtobuy"), ("2026-10-15", "contractsent")]
    _put(desk, "later", moves, contacts=("2",), close_date=at("2027-02-01"))
    await derive(desk)
    spans = _deal(desk, "later").spans
    assert [(span.outcome, span.stage_id) for span in spans[-2:]] == [
        (Outcome.OTHER, "qualifiedtobuy"),
        (Outcome.OPEN, "contractsent"),
    ]
    assert spans[-2].valid_from == since
    with desk.store.snapshot() as unit:
        cycles = unit.ledger.cycles(_ACCOUNT, "2", clock())
    assert [(cycle.outcome, cycle.origin) for cycle in cycles] == [(Outcome.OPEN, "outbound")]
    assert cycles[0].reopened_outcome is Outcome.OTHER


@pytest.mark.parametrize("until", ["_contacts", "_companies"])
async def test_what_came_due_reaches_all_whom_it_concerns_though_a_derive_broke_off(desk: Desk, monkeypatch, until):
    with desk.store.commit() as unit:
        person = Contact(id="1", company_id="10", country="DE", created_at=at("2026-01-01"), **GRADE_B)
        unit.mirror.upsert_companies(_ACCOUNT, [Company(id="10")], desk.clock())
        unit.mirror.upsert_contacts(_ACCOUNT, [person], desk.clock())
    clock = cast("Clock", desk.clock)
    clock.now = at("2026-07-10")
    await derive(desk)
    assert _company(desk, "10") is FunnelStage.LEAD_DEAL
    clock.now = at("2026-09-25")
    with monkeypatch.context() as patch:
        patch.setattr(f"jobs.deciding.derive.{until}", _broken_off)
        with pytest.raises(_BrokenOffError):
            await derive(desk)
    await derive(desk)
    assert (_stage(desk, "1"), _company(desk, "10")) == (FunnelStage.TAM, FunnelStage.TAM)


async def test_a_delay_and_what_it_does_to_its_people_are_one_commit(desk: Desk, monkeypatch):
    clock = cast("Clock", desk.clock)
    clock.now = at("2026-07-10")
    await derive(desk)
    assert _stage(desk, "1") is FunnelStage.LEAD_DEAL
    clock.now = at("2026-09-25")
    with monkeypatch.context() as patch:
        patch.setattr("jobs.deciding.derive._contacts", _broken_off)
        with pytest.raises(_BrokenOffError):
            await derive(desk)
    assert (_deal(desk, "open").spans[-1].outcome, _stage(desk, "1")) == (Outcome.OTHER, FunnelStage.TAM)
    with desk.store.snapshot() as unit:
        [cycle] = unit.ledger.cycles(_ACCOUNT, "1", clock())
    assert (cycle.outcome, cycle.ended_at) == (Outcome.OTHER, _deal(desk, "open").spans[-1].valid_from)


async def test_a_delay_is_not_kept_where_its_people_cannot_be(desk: Desk, monkeypatch):
    clock = cast("Clock", desk.clock)
    clock.now = at("2026-07-10")
    await derive(desk)
    clock.now = at("2026-09-25")
    with monkeypatch.context() as patch:
        patch.setattr("jobs.deciding.derive._keep", _broken_off)
        with pytest.raises(_BrokenOffError):
            await derive(desk)
    assert (_deal(desk, "open").spans[-1].outcome, _stage(desk, "1")) == (Outcome.OPEN, FunnelStage.LEAD_DEAL)
    await derive(desk)
    assert (_deal(desk, "open").spans[-1].outcome, _stage(desk, "1")) == (Outcome.OTHER, FunnelStage.TAM)


async def test_fresh_figures_reach_all_whom_they_concern_though_a_derive_broke_off(desk: Desk, monkeypatch):
    await derive(desk)
    assert _stage(desk, "1") is FunnelStage.TAM
    for number in range(5):
        _won(desk, number, f"2026-04-{2 + number:02d}")
    with monkeypatch.context() as patch:
        patch.setattr("jobs.deciding.derive._contacts", _broken_off)
        with pytest.raises(_BrokenOffError):
            await derive(desk)
    await derive(desk)
    assert _stage(desk, "1") is FunnelStage.LEAD_DEAL
    with desk.store.snapshot() as unit:
        assert not unit.facts.dirty(_ACCOUNT, Millis(0)).contact_ids


# --- cycles in a company's name


def _belongs(desk: Desk, deal_id: str, *companies: str) -> None:
    links = [Link(from_kind=Kind.DEAL, from_id=deal_id, to_kind=Kind.COMPANY, to_id=one) for one in companies]
    with desk.store.commit() as unit:
        unit.mirror.upsert_companies(_ACCOUNT, [Company(id=one) for one in companies], desk.clock())
        unit.mirror.replace_links(_ACCOUNT, Kind.DEAL, Kind.COMPANY, {deal_id: links}, desk.clock())


def _own(desk: Desk, company_id: str) -> list[tuple[str, str | None]]:
    with desk.store.snapshot() as unit:
        found = unit.ledger.cycles(_ACCOUNT, f"company:{company_id}", Millis(1 << 60))
    return [(one.outcome.value, one.deal_id) for one in found]


async def test_a_deal_without_a_contact_gives_its_company_a_cycle_and_a_contact_takes_it_over(desk: Desk) -> None:
    moves = [("2026-07-01", "contractsent"), ("2026-09-01", "closedwon")]
    _put(desk, "alone", moves, contacts=(), close_date=at("2026-09-01"))
    _belongs(desk, "alone", "10")
    await derive(desk)
    assert _own(desk, "10") == [("won", "alone")]
    cast("Clock", desk.clock).now = at("2026-09-26")
    _put(desk, "alone", moves, contacts=("2",), close_date=at("2026-09-01"))
    await derive(desk)
    assert _own(desk, "10") == []
    with desk.store.snapshot() as unit:
        assert [one.outcome for one in unit.ledger.cycles(_ACCOUNT, "2", desk.clock())] == [Outcome.WON]


async def test_a_deal_that_goes_to_another_company_takes_its_cycle_along(desk: Desk) -> None:
    for deal_id in ("first", "second"):
        _put(desk, deal_id, [("2026-09-10", "qualifiedtobuy")], contacts=())
        _belongs(desk, deal_id, "10")
    await derive(desk)
    assert _own(desk, "10") == [("open", "first")]
    cast("Clock", desk.clock).now = at("2026-09-26")
    _put(desk, "second", [("2026-09-10", "qualifiedtobuy"), ("2026-09-25", "closedlost")], contacts=())
    _belongs(desk, "second", "20")
    await derive(desk)
    assert (_own(desk, "10"), _own(desk, "20")) == ([("open", "first")], [("lost", "second")])
    await derive(desk, full=True)
    assert (_own(desk, "10"), _own(desk, "20")) == ([("open", "first")], [("lost", "second")])


class _BrokenOffError(Exception):
    """The process ends here."""


def _broken_off(*_given: object) -> None:
    raise _BrokenOffError


def _company(desk: Desk, company_id: str) -> FunnelStage:
    with desk.store.snapshot() as unit:
        return next(iter(unit.ledger.company_states(_ACCOUNT, [company_id]))).stage
