"""From the open pipeline at the start of a period to that at its end (K23): a deal once a bucket, and it balances."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from syncer.errors import Bug
from syncer.funnel.facts import DealSpan, Outcome
from syncer.kpis.asked.memory import Move
from syncer.kpis.asked.ports import Segment
from syncer.kpis.money import Purse
from syncer.kpis.periods import Window
from syncer.kpis.question import Ask, Measured
from syncer.kpis.remembered import at_start, closes_inside, worth
from syncer.kpis.result import Kpi, Status
from syncer.kpis.tally import with_whole
from syncer.moments import Millis

#: What adds to the start, and what takes from it, in the order of the report.
ADDED = ("new", "pulled_in", "increased")
TAKEN = ("decreased", "pushed_out", "lost", "won", "other", "void")

#: Amounts are compared at this exactness.
_EXACT = Decimal("0.000001")

_CLOSED: Mapping[Outcome, str] = {
    Outcome.WON: "won",
    Outcome.LOST: "lost",
    Outcome.OTHER: "other",
    Outcome.VOID: "void",
    #: Nobody knows any more what its stage means: it counts no longer.
    Outcome.UNMAPPED: "void",
    Outcome.OPEN: "pushed_out",
}


@dataclass(kw_only=True, slots=True)
class Flow:
    """One segment's pipeline on its way."""

    start: Purse = field(default_factory=Purse)
    end: Purse = field(default_factory=Purse)
    buckets: defaultdict[str, Purse] = field(default_factory=lambda: defaultdict(Purse))
    excluded: Counter[str] = field(default_factory=Counter)
    #: What the won deals were worth when they were won; their bucket holds what they were worth at the start.
    at_closing: Decimal = Decimal(0)

    @property
    def gap(self) -> Decimal:
        """What start and buckets lack to the end: nothing."""
        added = sum((self.buckets[name].amount for name in ADDED), self.start.amount)
        return added - sum(self.buckets[name].amount for name in TAKEN) - self.end.amount


def waterfall(ask: Ask) -> Iterable[Kpi]:
    """Yield K23: the end, the start and each bucket between. Raises Bug where they do not balance.

    The end is that of the period, or as_of inside it.
    """
    memory = at_start(ask, replace(ask.every, as_of=_end(ask)))
    if memory is None:
        return
    flows: defaultdict[Segment, Flow] = defaultdict(Flow)
    for move in memory.moves:
        _place(ask, flows[move.segment], move)
    for segment in with_whole(flows, ask.question.by):
        yield from _rows(ask, segment, flows.get(segment, Flow()), memory.notes)


def _end(ask: Ask) -> Millis:
    end = ask.window.end
    return ask.question.as_of if end is None else Millis(min(ask.question.as_of, end - 1))


def _place(ask: Ask, flow: Flow, move: Move) -> None:
    window, before, after = ask.window, move.before, move.after
    if move.excluded is not None:
        flow.excluded[move.excluded] += 1
        return
    started = _fill(ask, flow.start, before, counts=closes_inside(before, window))
    ended = _fill(ask, flow.end, after, counts=_stands(after, window))
    for name, amount in buckets(move, window, (started, ended)):
        if amount is not None:
            flow.buckets[name].add(amount)
        flow.at_closing += (ended or 0) if name == "won" else 0


def _fill(ask: Ask, purse: Purse, span: DealSpan | None, *, counts: bool) -> Decimal | None:
    """Put a deal into start or end where it counts there, and return its amount.

    Both take the rate of the end, so the report is in constant currency; rounded, so that sums are exact.
    """
    day = ask.question.calendar.day_number(_end(ask))
    amount = worth(ask, span, day)
    if span is not None and counts:
        if amount is not None:
            purse.add(amount.quantize(_EXACT))
        elif span.amount is None:
            purse.lack()
        else:
            purse.lack_rate(span.currency, ask.fx_day(day))
    return None if amount is None else amount.quantize(_EXACT)


def buckets(
    move: Move, window: Window, amounts: tuple[Decimal | None, Decimal | None]
) -> Sequence[tuple[str, Decimal | None]]:
    """Return the bucket of a deal with its amount: outcome goes before a moved date, that before a changed amount.

    A deal that came and closed inside the period came in and went out. An unknown amount is none of the sums, so one
    that became known is an increase.
    """
    before, after = move.before, move.after
    if closes_inside(before, window):
        if _stands(after, window):
            return _changed(*amounts)
        return [(_CLOSED[after.outcome] if after else "void", amounts[0])]
    if after is None or not closes_inside(after, window):
        return []
    came = ("new" if before is None else "pulled_in", amounts[1])
    return [came] if after.outcome is Outcome.OPEN else [came, (_CLOSED[after.outcome], amounts[1])]


def _stands(span: DealSpan | None, window: Window) -> bool:
    return span is not None and span.outcome is Outcome.OPEN and closes_inside(span, window)


def _changed(before: Decimal | None, after: Decimal | None) -> Sequence[tuple[str, Decimal | None]]:
    change = (after or Decimal(0)) - (before or Decimal(0))
    return [("increased" if change > 0 else "decreased", abs(change))] if change else []


def _rows(ask: Ask, segment: Segment, flow: Flow, notes: Mapping[str, object]) -> Iterable[Kpi]:
    if flow.gap:
        raise Bug("the pipeline waterfall does not balance", record=f"{segment}: {flow.gap}")
    yield ask.row("K23", segment, _sum(flow.end, flow.excluded, notes))
    yield ask.row("K23.start", segment, _sum(flow.start, Counter(), notes))
    for name in (*ADDED, *TAKEN):
        told = {"at_closing": flow.at_closing} if name == "won" else {}
        yield ask.row(f"K23.{name}", segment, _sum(flow.buckets[name], Counter(), told))


def _sum(purse: Purse, excluded: Mapping[str, int], notes: Mapping[str, object]) -> Measured:
    return Measured(
        value=purse.known,
        n=purse.units,
        status=Status.UNDEFINED if purse.known is None else Status.MATURE,
        excluded={**excluded, **+purse.excluded},
        notes={**notes, **purse.notes},
    )
