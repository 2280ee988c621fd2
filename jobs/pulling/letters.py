"""Dead letters settle by themselves once their record goes through."""

from collections.abc import Collection

from syncer.store import Unit


def settle_letters(
    unit: Unit, account: str, stream: str, went_through: Collection[str], *, written: bool = False
) -> None:
    """Close the letters of records that were read, or with `written` of those whose values the CRM took."""
    waiting = [
        letter
        for letter in unit.desk.dead_letters(account)
        if letter.stream == stream and (letter.payload_ref is not None) == written
    ]
    through = set(went_through) if waiting else set()
    for letter in waiting:
        if letter.record_id in through:
            unit.desk.mark_replayed(account, letter.id)
