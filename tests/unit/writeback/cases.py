"""Short ways to say standings and what the CRM shows."""

from syncer.agreement.writing import LifecycleMap, WriteBack
from syncer.funnel.facts import FunnelStage, Outcome, Relationship, Score
from syncer.moments import DAY, Millis
from syncer.records import Kind
from syncer.writeback import Intent, Shown, Standing, Written, write_rules

NOW = Millis(1_795_244_400_000)
SINCE = Millis(NOW - 10 * DAY)
LEAD_STATUSES = (
    "NEW",
    "OPEN",
    "IN_PROGRESS",
    "OPEN_DEAL",
    "UNQUALIFIED",
    "ATTEMPTED_TO_CONTACT",
    "CONNECTED",
    "BAD_TIMING",
)
RULES = write_rules(WriteBack(), LifecycleMap())


def rules(options=None, stages=None, **sections):
    allowed = None if options is None else dict.fromkeys(Kind, options)
    return write_rules(WriteBack(**sections), LifecycleMap.model_validate(stages or {}), allowed)


def score(*, fit=80.0, engagement=51.99, cell="A2", action="sales_ready", basis="full", priority=4852):
    return Score(
        fit=fit,
        engagement=engagement,
        grade=cell[0],
        level=int(cell[1]),
        cell=cell,
        action=action,
        priority=priority,
        completeness=1.0,
        basis=basis,
    )


def standing(stage="LEAD_SQL", *, outcome="open", relationship="prospect", since=SINCE, **given):
    return Standing(
        contact_id="1",
        stage=FunnelStage(stage),
        since=since,
        cycle_no=1,
        relationship=Relationship(relationship),
        outcome=Outcome(outcome),
        score=given.pop("score", score()),
        **given,
    )


def shown(written=None, at=SINCE - DAY, **held):
    """What the CRM holds; `written` are our own last values, from before the present stage unless told otherwise."""
    ours = {name: Written(value=value, at=at) for name, value in (written or {}).items()}
    return Shown(held=held, written=ours)


def intent(name="fn_stage", value="SUSPECT", previous=None, *, record_id="1", kind=Kind.CONTACT):
    return Intent(
        account="a",
        kind=kind,
        record_id=record_id,
        property=name,
        value=value,
        previous=previous,
        rule="r",
        why="w",
        decision="d",
    )
