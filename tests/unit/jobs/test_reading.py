"""When an account was read far enough for figures: a backfill that was cut off gives no false zero."""

import pytest

from jobs.figures.reading import was_read
from syncer.store import Store

ACCOUNT = "main"
BEGAN = ("contacts", "backfill", "12"), ("contacts", "backfill_began", "1")
CONTACTS, DEALS, FEED = ("contacts", "window", "1"), ("deals", "window", "1"), ("forms", "window", "1")


def said(store: Store, *cursors: tuple[str, str, str], skipped: str | None = None, undecided: bool = False) -> bool:
    """Return what is said of an account with such positions, whose last pull left a stream out."""
    with store.commit() as unit:
        unit.desk.keep_account(ACCOUNT, portal_id="1", time_zone=None, currency=None, account_type=None)
        for stream, kind, position in cursors:
            unit.desk.keep_cursor(ACCOUNT, stream, kind, position)
        run = unit.desk.begin_run(ACCOUNT, "sync", 1)
        unit.desk.end_run(run, 2, "ok", {"skipped": {skipped: "scope"} if skipped else {}})
        if undecided:
            unit.desk.demand_full_derive(ACCOUNT)
        return was_read(unit, ACCOUNT)


def test_contacts_and_deals_read_to_their_end_are_enough(sqlite_store):
    assert said(sqlite_store, CONTACTS, DEALS)


@pytest.mark.parametrize("cursors", [(), BEGAN, (*BEGAN, FEED), (CONTACTS, FEED), (DEALS, FEED)])
def test_a_backfill_that_was_cut_off_is_not(sqlite_store, cursors):
    assert not said(sqlite_store, *cursors)


def test_deals_that_the_crm_does_not_open_are_not_waited_for(sqlite_store):
    assert said(sqlite_store, CONTACTS, skipped="deals")
    assert not said(sqlite_store, skipped="contacts", undecided=True)


def test_what_was_read_and_never_decided_is_no_figure_either(sqlite_store):
    assert not said(sqlite_store, CONTACTS, DEALS, undecided=True)
