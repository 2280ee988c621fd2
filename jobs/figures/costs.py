"""Imported costs: what a sheet changes, and that once more it changes nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from jobs.pulling.sources import with_sources
from mappings.cost_sheet import SheetCost
from syncer.agreement import Agreement
from syncer.moments import Millis, millis, moment
from syncer.records import CostLine
from syncer.store import Store

#: How the ids of imported lines begin.
IMPORTED = "import:"


@dataclass(frozen=True, kw_only=True, slots=True)
class CostImport:
    """What importing a sheet changes."""

    created: Sequence[CostLine] = ()
    changed: Sequence[CostLine] = ()
    unchanged: Sequence[CostLine] = ()
    #: Lines that the sheet replaces without holding them any more.
    gone: Sequence[CostLine] = ()
    #: Campaigns or sources of which another line names cost of the same days: they may count twice.
    doubles: Sequence[str] = ()
    dry_run: bool = False

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        counts = {name: len(getattr(self, name)) for name in ("created", "changed", "unchanged", "gone")}
        return {**counts, "doubles": list(self.doubles), "dry_run": self.dry_run}


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """How a sheet is imported."""

    account: str
    #: The sheet is all there is from its first to its last day: other imported lines within go.
    whole: bool = False
    dry_run: bool = False


def import_costs(
    store: Store, agreement: Agreement, lines: Sequence[SheetCost], order: Order, now: Millis
) -> CostImport:
    """Make the imported costs those of a sheet: lines about the same thing give way, all others stay."""
    zone = agreement.calendar.zone
    with store.commit() as unit:
        every = unit.mirror.costs(order.account)
        there = {line.id: line for line in every if line.id.startswith(IMPORTED)}
        told = with_sources(unit, order.account, [_cost_line(line, zone) for line in lines], agreement.money.sources)
        found = _compared(there, told, _span(lines, zone) if order.whole else None)
        if not order.dry_run:
            gone = [line.id for line in found.gone]
            unit.money.keep_costs(order.account, [*found.created, *found.changed], gone, now)
    left = {line.id for line in (*found.gone, *told)}
    doubles = _doubles(told, [*told, *(line for line in every if line.id not in left)])
    return replace(found, doubles=doubles, dry_run=order.dry_run)


def _doubles(told: Sequence[CostLine], others: Sequence[CostLine]) -> Sequence[str]:
    by_subject: defaultdict[tuple[str, str, bool], list[CostLine]] = defaultdict(list)
    for other in others:
        by_subject[_subject(other)].append(other)
    found = {
        line.campaign or line.source or ""
        for line in told
        if any(_may_double(line, other) for other in by_subject[_subject(line)])
    }
    return sorted(found - {""})


def _may_double(line: CostLine, other: CostLine) -> bool:
    """Return whether two lines overlap; imported ones of the same days, or of another kind, are two invoices."""
    if other.id.startswith(IMPORTED) and (line.kind is not other.kind or _stretch(line) == _stretch(other)):
        return False
    return _overlap(line, other)


def _stretch(line: CostLine) -> tuple[Millis | None, Millis | None]:
    return line.starts_at, line.ends_at


def _subject(line: CostLine) -> tuple[str, str, bool]:
    """Return what a line is about: its campaign, else its source."""
    campaign = (line.campaign or "").casefold()
    return campaign, "" if campaign else line.source or "", line.kind.is_marketing


def _overlap(line: CostLine, other: CostLine) -> bool:
    if line.starts_at is None or other.starts_at is None:
        return True
    ends, others_end = line.ends_at or line.starts_at, other.ends_at or other.starts_at
    return line.starts_at <= others_end and other.starts_at <= ends


def forget_costs(store: Store, account: str, *, dry_run: bool, now: Millis) -> CostImport:
    """Forget every imported line of an account."""
    with store.commit() as unit:
        there = unit.money.costs(account, IMPORTED)
        if not dry_run:
            unit.money.keep_costs(account, (), [line.id for line in there], now)
    return CostImport(gone=there, dry_run=dry_run)


def _compared(
    there: Mapping[str, CostLine], told: Sequence[CostLine], span: tuple[Millis, Millis] | None
) -> CostImport:
    kept, groups = {line.id for line in told}, {_group(line.id) for line in told}
    return CostImport(
        created=[line for line in told if line.id not in there],
        changed=[line for line in told if line.id in there and there[line.id] != line],
        unchanged=[line for line in told if there.get(line.id) == line],
        gone=[
            line
            for key, line in sorted(there.items())
            if key not in kept and (_group(key) in groups or (span is not None and _is_within(line, span)))
        ],
    )


def _group(id_: str) -> str:
    return id_.partition("#")[0]


def _is_within(line: CostLine, span: tuple[Millis, Millis]) -> bool:
    first, last = span
    starts, ends = line.starts_at, line.ends_at
    return starts is not None and ends is not None and first <= starts and ends <= last


def _span(lines: Sequence[SheetCost], zone: ZoneInfo) -> tuple[Millis, Millis] | None:
    if not lines:
        return None
    first, last = min(line.first for line in lines), max(line.last for line in lines)
    return _midnight(first, zone), Millis(_midnight(last + timedelta(days=1), zone) - 1)


def _cost_line(line: SheetCost, zone: ZoneInfo) -> CostLine:
    return CostLine(
        id=f"{IMPORTED}{line.key}#{line.number}",
        source=line.source,
        campaign=line.campaign,
        amount=line.amount,
        currency=line.currency,
        starts_at=_midnight(line.first, zone),
        ends_at=_midnight(line.last, zone),
        kind=line.kind,
    )


def _midnight(day: date, zone: ZoneInfo) -> Millis:
    return millis(datetime.combine(day, time(), zone))


def origin_of(line: CostLine) -> str:
    """Return who told of a line: `file`, `agreement` or `crm`."""
    prefix, colon, _ = line.id.partition(":")
    return {"import": "file", "agreement": "agreement"}.get(prefix, "crm") if colon else "crm"


def listed_costs(store: Store, account: str, zone: ZoneInfo) -> Sequence[Mapping[str, object]]:
    """Return every cost line of an account by day, source and campaign."""
    with store.snapshot() as unit:
        lines = unit.mirror.costs(account)
    ordered = sorted(lines, key=lambda line: (line.starts_at or 0, line.source or "", line.campaign or "", line.id))
    return [_listed(account, line, zone) for line in ordered]


def _listed(account: str, line: CostLine, zone: ZoneInfo) -> Mapping[str, object]:
    first = _day(line.starts_at, zone)
    return {
        "account": account,
        "from": first,
        "to": _day(line.ends_at, zone) or first,
        "source": line.source,
        "campaign": line.campaign,
        "kind": line.kind.value,
        "amount": line.amount,
        "currency": line.currency,
        "origin": origin_of(line),
    }


def _day(at: Millis | None, zone: ZoneInfo) -> str | None:
    return None if at is None else moment(at).astimezone(zone).date().isoformat()
