"""Deal spans as rows and back."""

from syncer.funnel.facts import DealSpan, Outcome
from syncer.store import tables
from syncer.store.engines.dialect import Row
from syncer.store.rows.decode import amount_of
from syncer.store.rows.encode import maybe_micros

#: By value: an enum looks its own up ten times as long.
OUTCOMES = {one.value: one for one in Outcome}

#: What a span says, in the order of its table without the store's own columns.
SPAN_COLUMNS = tuple(
    column
    for column in tables.deal_spans.columns
    if column.name not in ("account", "recorded_at", "agreement", "superseded_at")
)


def span_row(account: str, span: DealSpan, now: int, agreement: str) -> Row:
    """Return a row of `deal_spans`. Raises ValueError or ArithmeticError where the amount does not fit."""
    return (
        account,
        span.deal_id,
        span.valid_from,
        now,
        span.valid_to,
        span.pipeline_id,
        span.pipeline_kind,
        span.stage_id,
        str(span.outcome),
        span.rule,
        span.reason,
        maybe_micros(span.amount),
        span.currency,
        span.close_date,
        span.forecast_category,
        span.probability,
        span.offer_at,
        span.month_pushes,
        span.quarter_pushes,
        span.slip_days,
        span.proposal,
        span.resume_at,
        agreement,
        None,
    )


def span_of(row: Row) -> DealSpan:
    """Return the span in a row of `SPAN_COLUMNS`."""
    return DealSpan(
        deal_id=row[0],
        valid_from=row[1],
        valid_to=row[2],
        pipeline_id=row[3],
        pipeline_kind=row[4],
        stage_id=row[5],
        outcome=OUTCOMES[row[6]],
        rule=row[7],
        reason=row[8],
        amount=amount_of(row[9]),
        currency=row[10],
        close_date=row[11],
        forecast_category=row[12],
        probability=row[13],
        offer_at=row[14],
        month_pushes=row[15],
        quarter_pushes=row[16],
        slip_days=row[17],
        proposal=row[18],
        resume_at=row[19],
    )
