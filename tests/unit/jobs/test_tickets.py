"""What is deferred, what excludes what, and what follows an attempt: tables of cases."""

import itertools

import pytest

from jobs.distributed.tickets import MOST_ATTEMPTS, Demand, Lane, Ticket, broken_off, called_for, repeated
from jobs.serving.duties import Duty
from syncer.errors import (
    AuthFailed,
    Bug,
    ChangedMeanwhile,
    ConfigError,
    LimitScope,
    Missing,
    NotApplied,
    RateLimited,
    Rejected,
    SchemaChanged,
    Unavailable,
    UnknownOutcome,
    UnsafePlan,
)

BY_THE_CLOCK = [duty for duty in Duty if duty not in {Duty.DRAIN, Duty.PUSH}]


def _ticket(duty: Duty = Duty.SYNC, attempt: int = 0) -> Ticket:
    return Ticket(account="one", duty=duty, attempt=attempt)


def test_all_work_on_an_account_shares_a_lock_but_what_reads_one_state_of_it():
    assert {_ticket(duty).lock for duty in Duty} == {"one", "one/digest", "one/measure"}
    assert [duty for duty in Duty if _ticket(duty).lock != "one"] == [Duty.MEASURE, Duty.DIGEST]
    assert Ticket(account="two", duty=Duty.SYNC).lock != _ticket().lock


def test_what_is_called_for_has_a_lane_of_its_own():
    assert [duty for duty in Duty if _ticket(duty).lane is Lane.HINTS] == [Duty.DRAIN, Duty.PUSH]


def test_of_each_duty_of_an_account_one_job_waits_whatever_its_attempt():
    assert len({_ticket(duty).queueing_lock for duty in Duty}) == len(Duty)
    assert _ticket(attempt=3).queueing_lock == _ticket().queueing_lock
    assert Ticket(account="two", duty=Duty.SYNC).queueing_lock != _ticket().queueing_lock


def test_webhooks_go_before_rounds_and_no_repetition_holds_up_what_comes_first():
    first = {duty: _ticket(duty).priority for duty in Duty}
    again = {duty: _ticket(duty, 1).priority for duty in Duty}
    assert max(first, key=first.__getitem__) is Duty.DRAIN
    assert first[Duty.SYNC] > first[Duty.MEASURE]
    assert max(again.values()) < min(first.values())
    assert all(one != other for one, other in itertools.combinations((*first.values(), *again.values()), 2))


@pytest.mark.parametrize(
    ("hints", "values", "in_hand", "expected"),
    [
        (False, False, set(), None),
        (True, False, set(), Duty.DRAIN),
        (True, True, set(), Duty.DRAIN),
        (True, False, {"sync"}, Duty.DRAIN),
        (True, True, {"drain"}, None),
        (False, True, set(), Duty.PUSH),
        (False, True, {"sync"}, None),
        (False, True, {"push"}, None),
        (False, True, {"measure"}, Duty.PUSH),
        (False, True, {"measure", "sync"}, None),
        (False, False, {"sync"}, None),
    ],
)
def test_hints_call_for_a_drain_and_values_for_a_push_once_no_round_is_about_to_send_them(
    hints, values, in_hand, expected
):
    assert called_for(Demand(hints=hints, values=values, in_hand=in_hand)) is expected


@pytest.mark.parametrize(
    ("error", "waits"),
    [
        (Unavailable("away"), 5.0),
        (UnknownOutcome("no answer"), 5.0),
        (RateLimited("wait", retry_after=40.0), 40.0),
        (RateLimited("wait", retry_after=1.0), 5.0),
        (RateLimited("wait", retry_after=9_000.0), 300.0),
        (RateLimited("spent", scope=LimitScope.DAILY), None),
        (RateLimited("spent", scope=LimitScope.ASSOCIATIONS_DAILY), None),
        (ChangedMeanwhile("moved"), 0.0),
        (Missing("gone"), 0.0),
        (Rejected("no", status=400), None),
        (NotApplied("ignored"), None),
        (AuthFailed("revoked"), None),
        (SchemaChanged("a stage is gone"), None),
        (UnsafePlan("too much"), None),
        (ConfigError([]), None),
        (Bug("ours"), None),
        (ValueError("nobody knows"), None),
    ],
    ids=lambda one: type(one).__name__,
)
def test_an_attempt_is_repeated_as_its_error_recommends(error, waits):
    found = repeated(_ticket(), error)
    assert (None if found is None else found.wait) == waits
    assert found is None or found.attempt == 1


@pytest.mark.parametrize("duty", BY_THE_CLOCK)
def test_repetitions_come_ever_later_and_end_where_the_clock_brings_the_next(duty):
    waits, ticket = [], _ticket(duty)
    while (ticket := repeated(ticket, Unavailable("away"))) is not None:
        waits.append(ticket.wait)
    assert waits == [5.0, 10.0, 20.0, 40.0, 80.0]
    assert len(waits) == MOST_ATTEMPTS - 1


@pytest.mark.parametrize(("duty", "longest"), [(Duty.DRAIN, 60.0), (Duty.PUSH, 300.0)])
@pytest.mark.parametrize("error", [Unavailable("away"), AuthFailed("revoked"), ValueError()], ids=repr)
def test_what_is_called_for_is_repeated_without_end_whatever_the_error(duty, longest, error):
    ticket = _ticket(duty)
    for _ in range(50):
        ticket = repeated(ticket, error)
        assert ticket is not None
    assert ticket.wait == longest


def test_a_job_that_is_broken_off_counts_no_attempt_and_waits_for_nothing():
    assert broken_off(Ticket(account="one", duty=Duty.SYNC, attempt=2, wait=20.0)) == _ticket(attempt=2)
