"""What an earlier installation of ours wrote into the CRM: no ledger here knows it, and it is no evidence either."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

from msgspec.structs import replace

from jobs.pulling.reading import Batch
from jobs.pulling.versions import has_story
from syncer.moments import MINUTE
from syncer.records import Change, Contact, Deal, Kind, Value
from syncer.store import OutboxEntry, Status, Unit
from syncer.writeback import Written, earlier_words
from syncer.writeback.rules import FORECAST_CATEGORY, LEAD_STATUS, LIFECYCLE

#: By kind: the tracked property that nobody but us writes, and the CRM's own that we write besides.
_OWN: Final[Mapping[Kind, str]] = {Kind.CONTACT: "stage", Kind.DEAL: "outcome"}
_BESIDES: Final[Mapping[Kind, Sequence[str]]] = {
    Kind.CONTACT: (LIFECYCLE, LEAD_STATUS),
    Kind.DEAL: (FORECAST_CATEGORY,),
}
#: Run and rule of what is taken over; no run of ours is called like it.
EARLIER: Final = "earlier"
_WHY: Final = "written by an earlier installation"
#: By property: our word, and what others had said last.
_Last = Mapping[str, tuple[Change, str | None]]
#: The CRM stamps the date of entering a stage beside the write.
_STAMPED: Final = 10 * MINUTE


def adopt_earlier(unit: Unit, account: str, batch: Batch) -> None:
    """Enter an earlier installation's words in the ledger, and make a batch's records say what others said last."""
    kind = Kind(batch.stream) if batch.stream in set(Kind) else Kind.COMPANY
    own = _OWN.get(kind)
    if own is None or not any(one.property == own for one in batch.changes):
        return
    mine = [one for one in batch.changes if one.property in (own, *_BESIDES[kind])]
    written = unit.desk.written_values(account, kind, {one.record_id for one in mine})
    entries: list[OutboxEntry] = []
    last: dict[str, _Last] = {}
    for record_id, told in groupby(sorted(mine, key=attrgetter("record_id", "at")), attrgetter("record_id")):
        changes = list(told)
        found = earlier_words(changes, own, before=_first(written.get(record_id, {})))
        # Versions of our own property stay: they say when we first said so, and are taken for nobody else's.
        words = [one for one in found if one.property != own]
        entries += [_entry(one, changes, batch.tracked[one.property]) for one in words]
        last[record_id] = _last_of_others(changes, words)
    unit.desk.adopt(account, entries)
    ours = {id_ for id_, of in last.items() if of}
    batch.contacts = [_contact(one, last.get(one.id, {})) for one in batch.contacts]
    batch.deals = [_deal(one, last.get(one.id, {})) for one in batch.deals]
    # Versions are read where present values hint at a story: what only our words hinted at is known without them.
    quiet = {one.id for one in batch.contacts if one.id in ours and not has_story(one)}
    batch.changes = [one for one in batch.changes if one.kind is not Kind.CONTACT or one.record_id not in quiet]


def _first(written: Mapping[str, Sequence[Written]]) -> int | None:
    """Return when this database's ledger begins for a record."""
    return min((one.at for values in written.values() for one in values), default=None)


def _entry(word: Change, changes: Sequence[Change], vendor: str) -> OutboxEntry:
    before = [one.value for one in changes if one.property == word.property and one.at < word.at]
    return OutboxEntry(
        key=f"{word.kind}/{word.record_id}/{vendor}/{EARLIER}~{word.at}",
        run=EARLIER,
        kind=word.kind,
        record_id=word.record_id,
        property=vendor,
        value=word.value,
        previous=before[-1] if before else None,
        rule=EARLIER,
        why=_WHY,
        decision=EARLIER,
        status=Status.WRITTEN,
        attempts=1,
        error=None,
        changed_at=word.at,
    )


def _last_of_others(changes: Sequence[Change], words: Sequence[Change]) -> _Last:
    """Return by property whose latest version is one of the words: that word, and what others had said last."""
    found = {}
    for name in {one.property for one in words}:
        versions = [one for one in changes if one.property == name]
        if versions[-1] in words:
            others = [one.value for one in versions if one not in words]
            found[name] = (versions[-1], others[-1] if others else None)
    return found


def _contact(contact: Contact, last: _Last) -> Contact:
    theirs = contact
    for name, (word, value) in last.items():
        if name == LEAD_STATUS and contact.lead_status == word.value:
            theirs = replace(theirs, lead_status=value)
        if name == LIFECYCLE and contact.lifecycle == word.value:
            theirs = replace(theirs, lifecycle=value, fields=_unstamped(contact.fields, word))
    return theirs


def _deal(deal: Deal, last: _Last) -> Deal:
    word, value = last.get(FORECAST_CATEGORY, (None, None))
    is_ours = word is not None and deal.forecast_category == word.value
    return replace(deal, forecast_category=value) if is_ours else deal


def _unstamped(fields: Mapping[str, Value], word: Change) -> Mapping[str, Value]:
    """Return the fields without the date of entering that the CRM stamped for our word."""
    entered = f"entered_{word.value}"
    at = fields.get(entered)
    is_stamp = isinstance(at, int) and abs(at - word.at) <= _STAMPED
    return {name: value for name, value in fields.items() if name != entered} if is_stamp else fields
