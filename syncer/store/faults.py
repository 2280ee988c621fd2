"""The store's door: SQLAlchemy's errors become ours here and nowhere else. No parameter of a statement is repeated."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from syncer.errors import Bug, ConfigError, Problem, SyncerError, Unavailable
from syncer.store.dialect import Dialect


@contextmanager
def translated(dialect: Dialect) -> Iterator[None]:
    """Raise errors of `syncer.errors` for those of the database that leave the block."""
    try:
        yield
    except SQLAlchemyError as error:
        raise _ours(error, dialect) from error
    except Exception as error:
        # Bulk writes go to the driver directly, past SQLAlchemy's wrapping.
        known = dialect.translate(error)
        if known is None:
            raise
        raise known from error


def _ours(error: SQLAlchemyError, dialect: Dialect) -> SyncerError:
    if isinstance(error, PoolTimeout):
        return Unavailable("every connection to the database is busy")
    original = error.orig if isinstance(error, DBAPIError) else None
    return dialect.translate(original) or Bug(f"the database refused a statement: {type(original or error).__name__}")


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
