"""What is to be said of an account's deal stages."""

import asyncio
from collections.abc import Sequence

from jobs.desk import Desk, Portal
from jobs.health.findings import Finding, Level
from syncer.agreement import Meaning
from syncer.funnel.facts import Outcome
from syncer.store.reports.browse_deals import StageOutcome


async def stage_findings(desk: Desk, portal: Portal) -> Sequence[Finding]:
    """Return stages that nobody mapped, and those that deals stand in and the CRM lists no more."""
    resolved = desk.agreement.agreement.pipelines.resolve(portal.stages)
    found = [
        Finding(
            level=Level.PROBLEM,
            area=desk.name,
            what=f"deal stage {stage.label!r} ({stage.stage_id}) of pipeline {stage.pipeline_label!r} means nothing",
            remedy=f"map it in agreement.yaml: pipelines.{stage.pipeline_id}.stages.{stage.stage_id}",
            is_configuration=True,
            is_by_agreement=True,
        )
        for stage in portal.stages
        if resolved.of(stage.pipeline_id, stage.stage_id).meaning is Meaning.UNMAPPED
    ]
    found += [Finding(level=Level.NOTE, area=desk.name, what=warning.message) for warning in resolved.warnings]
    return [*found, *await asyncio.to_thread(_unlisted, desk, portal)]


def _unlisted(desk: Desk, portal: Portal) -> Sequence[Finding]:
    listed = {(one.pipeline_id, one.stage_id) for one in portal.stages}
    with desk.store.snapshot() as unit:
        lost = [one for one in unit.browse.outcomes(desk.name) if one.outcome is Outcome.UNMAPPED]
    unlisted = [one for one in lost if (one.pipeline_id, one.stage_id) not in listed]
    return [_left_out(desk.name, one) for one in sorted(unlisted, key=_place)]


def _left_out(account: str, one: StageOutcome) -> Finding:
    what = f"deals in {_place(one)}, which the CRM does not list, are left out: {one.deals:,}"
    remedy = "put them into a stage that there is, or take the stage back into use, in the CRM"
    if not one.stage_id:
        what, remedy = f"deals without a stage are left out: {one.deals:,}", "give them a stage in the CRM"
    return Finding(level=Level.NOTE, area=account, what=what, remedy=remedy)


def _place(one: StageOutcome) -> str:
    return f"stage {one.stage_id or '–'} of pipeline {one.pipeline_id or '–'}"
