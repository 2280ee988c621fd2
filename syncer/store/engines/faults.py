"""The store's door: SQLAlchemy's errors become ours here and nowhere else. No parameter of a statement is repeated."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from syncer.errors import Bug, ConfigError, Problem, SyncerError, Unavailable
from syncer.store.engines.dialect import Dialect


@contextmanager
def translated(dialect: Dialect) -> Iterator[None]:
    """Raise errors of `syncer.errors` for those of the database that leave the block."""
    try:
        yield
    except SyncerError:
        raise
    except Exception as error:
        known = _ours(error, dialect)
        if known is None:
            raise
        # The cause is cut off: a driver's text may repeat the values of the row that it refused.
        raise known.with_traceback(error.__traceback__) from None


def _ours(error: Exception, dialect: Dialect) -> SyncerError | None:
    if isinstance(error, PoolTimeout):
        return Unavailable("every connection to the database is busy")
    # Bulk writes go to the driver directly, past SQLAlchemy's wrapping.
    original = error.orig if isinstance(error, DBAPIError) else error
    known = None if original is None else dialect.translate(original)
    if known is None and isinstance(error, SQLAlchemyError):
        return Bug(f"the database layer refused a statement: {type(error).__name__}")
    return known


def unusable_url() -> ConfigError:
    """Return the error for an address that names no database we know."""
    return ConfigError(
        [
            Problem(
                key="SYNCER_DATABASE_URL",
                message="not an address of a database",
                hint="sqlite:///syncer.db or postgresql://user:password@host/name",
            )
        ]
    )
