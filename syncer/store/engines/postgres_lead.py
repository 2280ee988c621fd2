"""The lead on a server: a session's advisory lock on a connection of its own, which no pool takes back or renews.

Only as long as that very session lives is the lead held, so its holder has to ask.
"""

import psycopg
from sqlalchemy import Engine

from syncer.errors import Unavailable
from syncer.store.engines.leading import SCHEDULE, Lead
from syncer.store.engines.locks import key_of
from syncer.store.engines.postgres_address import conninfo_of

#: Seconds of silence after which the server ends the session of a holder that was stopped or cut off.
_SILENCE_S = 15
_KNOWS_SILENCE = 140_000
_TAKE = "SELECT pg_try_advisory_lock(%s)"
#: Behind a pooler the session may be another one by now.
_HELD = """
SELECT EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND objsubid = 1 AND granted
    AND (classid::bigint << 32 | objid::bigint) = %s
)
"""

_Session = psycopg.Connection[tuple[object, ...]]


class ServerLead:
    """A session's lock: it lasts exactly as long as the session."""

    def __init__(self, session: _Session) -> None:
        self._session = session

    def check(self) -> None:
        """Ask the session itself. Raises Unavailable where it is gone."""
        try:
            is_held = _said(self._session, _HELD)
        except psycopg.Error:
            is_held = False
        if not is_held:
            raise Unavailable("the connection that held the schedule is gone", hint="a daemon takes it up again")

    def give_up(self) -> None:
        """End the session, and the lock with it."""
        self._session.close()


def server_lead(engine: Engine) -> Lead | None:
    """Return the lead of a database, or None where another session has it."""
    session = psycopg.connect(conninfo_of(engine, "syncer leader"), autocommit=True)
    try:
        is_ours = _said(session, _TAKE)
        if is_ours and session.info.server_version >= _KNOWS_SILENCE:
            session.execute(f"SET idle_session_timeout = '{_SILENCE_S}s'")
    except BaseException:
        session.close()
        raise
    if is_ours:
        return ServerLead(session)
    session.close()
    return None


def _said(session: _Session, question: str) -> bool:
    row = session.execute(question.encode(), (key_of(SCHEDULE),)).fetchone()
    return row is not None and bool(row[0])
