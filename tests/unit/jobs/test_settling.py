"""What becomes of a worker's failed attempt while the queue itself is away."""

from jobs.distributed import worker as worker_module
from jobs.distributed.tickets import Ticket
from jobs.serving.duties import Duty
from syncer.errors import Unavailable
from tests.e2e.conftest import settings_for


class Queue:
    """Takes the third ticket."""

    def __init__(self) -> None:
        self.tries: list[Ticket] = []

    async def defer(self, ticket: Ticket) -> bool:
        self.tries.append(ticket)
        if len(self.tries) < 3:
            raise Unavailable("the queue is away")
        return True


async def test_a_repetition_is_put_into_the_queue_however_often_that_must_be_tried(sqlite_store, tmp_path, monkeypatch):
    monkeypatch.setattr(worker_module, "_REST", 0.01)
    queue = Queue()
    settings = settings_for("http://127.0.0.1:9", tmp_path)
    worker = worker_module._Worker(settings, sqlite_store, queue, lambda: settings)
    ticket = Ticket(account="hubspot", duty=Duty.RECONCILE)
    await worker._settle(ticket, Unavailable("the database is away"))
    assert len(queue.tries) == 3
    assert {(one.duty, one.attempt) for one in queue.tries} == {(Duty.RECONCILE, 1)}
