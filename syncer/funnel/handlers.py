"""Which kind of evidence says what; other kinds say nothing about the funnel."""

from collections.abc import Callable, Mapping

from syncer.funnel.employer import employer
from syncer.funnel.lead_objects import LEAD, lead_object
from syncer.funnel.overrides import lifecycle, stage
from syncer.funnel.reactions import meeting, reaction, touch, unsubscribe
from syncer.funnel.replay import Replay
from syncer.funnel.sales import answer, lead_status
from syncer.funnel.touches import ENTERED
from syncer.records import ActivityKind, Evidence
from syncer.tellings import ANSWER, EMPLOYER

#: What to do with a row, by its kind.
HANDLERS: Mapping[str, Callable[[Replay, Evidence], None]] = {
    ActivityKind.FORM.value: reaction,
    ActivityKind.EMAIL_CLICK.value: reaction,
    ActivityKind.PAGE_VIEW.value: reaction,
    ActivityKind.EMAIL_IN.value: reaction,
    ActivityKind.REGISTRATION.value: reaction,
    ActivityKind.UNSUBSCRIBE.value: unsubscribe,
    ActivityKind.CALL.value: touch,
    ActivityKind.EMAIL_OUT.value: touch,
    ActivityKind.MESSAGE.value: touch,
    ActivityKind.MEETING.value: meeting,
    ENTERED: touch,
    "lead_status": lead_status,
    ANSWER: answer,
    LEAD: lead_object,
    "lifecycle": lifecycle,
    "stage": stage,
    EMPLOYER: employer,
}
