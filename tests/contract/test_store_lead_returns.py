"""Leads that sales postponed before there was any deal, the same on both databases."""

from msgspec.structs import replace

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.moments import Millis
from syncer.records import Contact, Kind
from syncer.store import Store
from tests.contract.store_build import ACCOUNT, cycle, decision, put, save

TAM, OUT = FunnelStage.TAM, FunnelStage.OUT


def postponed(back: int | None, **more: object):
    ended = {"ended_at": Millis(10), "outcome": Outcome.OTHER, "reason": "bad_timing", "resume_at": back}
    return cycle(**(ended | more))


def filled(store: Store) -> Store:
    anna = Contact(id="1", first_name="Anna", last_name="Muster", owner_id="7")
    put(store, 1, "contacts", anna, *[Contact(id=id_) for id_ in "234567"])
    made = {
        "1": [postponed(150)],
        "2": [postponed(120)],
        "3": [postponed(130), cycle(cycle_no=2)],
        "4": [postponed(140)],
        "5": [postponed(None)],
        "6": [postponed(130)],
        "7": [postponed(160, outcome=Outcome.LOST)],
    }
    save(store, 2, *[replace(decision(id_, OUT if id_ == "4" else TAM), cycles=made[id_]) for id_ in made])
    with store.commit() as unit:
        unit.mirror.archive(ACCOUNT, Kind.CONTACT, ["6"], Millis(3))
    return store


def test_those_who_neither_came_back_nor_left_are_named_soonest_first(store: Store) -> None:
    filled(store)
    with store.snapshot() as unit:
        found = unit.browse.lead_returns(ACCOUNT)
        assert [(one.contact_id, one.name, one.since, one.resume_at) for one in found] == [
            ("2", "2", 10, 120),
            ("1", "Anna Muster", 10, 150),
        ]
        assert [one.contact_id for one in unit.browse.lead_returns(ACCOUNT, limit=1)] == ["2"]
        assert [one.reason for one in unit.browse.lead_returns(ACCOUNT, owner_id="7")] == ["bad_timing"]


def test_a_window_is_open_at_its_beginning(store: Store) -> None:
    filled(store)
    with store.snapshot() as unit:
        window = {(0, 120): ["2"], (120, 150): ["1"], (150, 999): [], (0, 999): ["2", "1"]}
        for (since, until), ids in window.items():
            found = unit.notices.returning_leads(ACCOUNT, Millis(since), Millis(until))
            assert [one.contact_id for one in found] == ids
            assert unit.news.lead_resumes(ACCOUNT, Millis(since), Millis(until)) == len(ids)


def test_asked_for_by_contact_only_those_are_named_who_are_to_be_come_back_to(store: Store) -> None:
    filled(store)
    with store.snapshot() as unit:
        assert [one.contact_id for one in unit.notices.lead_returns(ACCOUNT, ["1", "3", "4", "7"])] == ["1"]
        assert unit.notices.lead_returns(ACCOUNT, []) == []


def test_a_date_that_moves_is_told_once(store: Store) -> None:
    filled(store)
    save(store, 5, replace(decision("2", TAM), cycles=[postponed(170)]))
    with store.snapshot() as unit:
        assert [one.resume_at for one in unit.notices.lead_returns(ACCOUNT, ["2"])] == [170]
        assert [one.resume_at for one in unit.ledger.cycles(ACCOUNT, "2", Millis(4))] == [120]
