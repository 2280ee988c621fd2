"""Which program a daemon goes by: that of the engine which the files name."""

from jobs.modes import Engine
from jobs.serving.shift import Program, embedded
from jobs.serving.work import Work


def program_of(work: Work) -> Program:
    """Return the program of the engine that the files name."""
    if work.settings.engine is Engine.EMBEDDED:
        return embedded(work)
    from jobs.distributed.leading import deferring
    from jobs.distributed.queue import Queue
    from jobs.distributed.refusing import queue_address

    return deferring(work, Queue(queue_address(work.settings, work.store, "syncer queue")))
