"""The election without a server: what a daemon does as its lead comes, goes and answers not at all."""

import asyncio
import threading
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from jobs.serving import election as election_module
from jobs.serving.election import Election
from syncer.errors import Unavailable


class Lead:
    def __init__(self) -> None:
        self.errors: list[Exception] = []
        self.hangs: threading.Event | None = None
        self.is_given_up = False

    def check(self) -> None:
        if self.hangs is not None:
            self.hangs.wait(5)
        if self.errors:
            raise self.errors[0]

    def give_up(self) -> None:
        self.is_given_up = True


class Store:
    """Gives what was laid out, one after the other: a lead, none, or an error."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)

    def take_lead(self):
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    monkeypatch.setattr(election_module, "EVERY", 0.01)
    monkeypatch.setattr(election_module, "PATIENCE", 0.1)


async def _until(condition) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it never came to that")


@pytest.fixture
async def stand():
    """Return how to stand for election on some answers, and what was begun and stopped."""
    running = []

    def begun(*answers: object):
        told: list[str] = []
        election = Election(Store(*answers), lambda: told.append("begin"), lambda: told.append("stop"))
        election.stand()
        running.append((election, asyncio.create_task(election.run())))
        return election, told

    yield begun
    for election, task in running:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        election.give_up()


async def test_who_finds_the_lead_taken_stands_again_until_it_is_free(stand):
    lead, away = Lead(), Unavailable("the database is away")
    with capture_logs() as log:
        election, told = stand(None, away, away, None, lead)
        assert not election.is_won
        await _until(lambda: told == ["begin"])
    assert [one["event"] for one in log] == ["schedule_unreachable"]
    assert election.is_won
    assert not lead.is_given_up


@pytest.mark.parametrize("error", [Unavailable("gone"), ValueError("what nobody foresaw")], ids=repr)
async def test_a_lead_that_is_lost_stops_the_work_and_is_stood_for_again(stand, error):
    lost, later = Lead(), Lead()
    with capture_logs() as log:
        election, told = stand(lost, None, later)
        await _until(lambda: told == ["begin"])
        lost.errors.append(error)
        await _until(lambda: told == ["begin", "stop", "begin"])
    assert lost.is_given_up
    assert election.is_won
    assert [one["event"] for one in log if one["log_level"] == "warning"] == ["schedule_lost"]


async def test_a_lead_that_does_not_answer_is_lost_and_let_go_of_once_nobody_uses_its_connection(stand):
    lead = Lead()
    lead.hangs = threading.Event()
    _, told = stand(lead)
    await _until(lambda: told == ["begin", "stop"])
    assert not lead.is_given_up
    lead.hangs.set()
    await _until(lambda: lead.is_given_up)


async def test_who_leads_keeps_the_lead_until_its_work_has_ended(stand):
    lead = Lead()
    election, told = stand(lead)
    await _until(lambda: told == ["begin"])
    assert not lead.is_given_up
    election.give_up()
    assert lead.is_given_up


async def test_who_was_stopped_for_a_while_is_not_sure_of_a_lead_that_is_gone(stand):
    lead, later = Lead(), Lead()
    election, told = stand(lead, later)
    assert await election.is_sure()
    lead.errors.append(Unavailable("gone"))
    assert not await election.is_sure()
    await _until(lambda: told == ["begin", "stop", "begin"])
    assert await election.is_sure()
    later.hangs = threading.Event()
    assert not await election.is_sure()
    later.hangs.set()


async def test_who_stands_by_is_not_sure(stand):
    election, _ = stand(None)
    assert not await election.is_sure()
