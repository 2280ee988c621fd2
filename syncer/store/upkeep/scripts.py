"""Runs the migration scripts by Alembic, without an ini file on disk."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

_FOLDER = Path(__file__).parent.parent / "migrations"


def to_head(connection: Connection) -> None:
    """Run every missing migration inside the open transaction."""
    command.upgrade(configured(connection), "head")


def configured(connection: Connection) -> Config:
    """Return Alembic's configuration for our scripts and an open connection."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Tell whether Alembic may compare something: the tables of the queue are their library's business."""
    return kind != "table" or not (name or "").startswith("procrastinate_")
