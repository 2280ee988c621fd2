"""Dead letters settle by themselves once their record goes through."""

from collections.abc import Collection

from syncer.store import Unit


def settle_letters(unit: Unit, account: str, stream: str, went_through: Collection[str]) -> None:
    """Close the letters of records that could not be read and now were."""
    waiting = [one for one in unit.desk.dead_letters(account) if one.stream == stream and not one.is_write]
    through = set(went_through) if waiting else set()
    for letter in waiting:
        if letter.record_id in through:
            unit.desk.mark_replayed(account, letter.id)
