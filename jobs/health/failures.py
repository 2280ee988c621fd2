"""How often runs failed, by kind of error: for alarms that tell a revoked token from a CRM that is away."""

from collections.abc import Mapping

import msgspec

from syncer.store import Unit

_KEY = ("account", "failures")


def failures(unit: Unit, account: str) -> Mapping[str, int]:
    """Return how many runs ever failed, by kind of error."""
    text = unit.desk.cursor(account, *_KEY)
    try:
        return {} if text is None else msgspec.json.decode(text, type=dict[str, int])
    except msgspec.MsgspecError:
        return {}


def count_failure(unit: Unit, account: str, error: BaseException) -> None:
    """Count one more failed run."""
    kind = type(error).__name__
    found = dict(failures(unit, account))
    found[kind] = found.get(kind, 0) + 1
    unit.desk.keep_cursor(account, *_KEY, msgspec.json.encode(found).decode())
