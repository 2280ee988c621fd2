"""What a seller does first with a lead that is handed over."""

from collections.abc import Iterator
from typing import Final

from connectors.sandbox.generate.dice import Dice, at_next_opening
from connectors.sandbox.generate.lines import Line
from connectors.sandbox.generate.plan import Plan
from connectors.sandbox.generate.sales import DETAILS, FIRST_NUMBER, done
from connectors.sandbox.generate.stories import Story
from syncer.moments import HOUR, MINUTE

_NUMBER: Final = FIRST_NUMBER - 1
#: Hand-overs that nobody begins to work.
_FORGOTTEN: Final = 0.08
_CALLED: Final = 0.7
#: Mean of the exponential wait, in office hours.
_WAIT_MINUTES: Final = 50


def first_touch(plan: Plan, dice: Dice, story: Story, seller: int) -> Iterator[Line]:
    """Yield the first call or mail: mostly within the hour, sometimes late, seldom never."""
    if not story.sql_at or dice.chance(_FORGOTTEN):
        return
    at = at_next_opening(dice, story.sql_at + int(dice.expovariate(1 / _WAIT_MINUTES) * MINUTE))
    kind = "calls" if dice.chance(_CALLED) else "emails"
    details = DETAILS[kind](dice, at)
    if kind == "emails":
        details["hs_email_direction"] = "EMAIL"
    if at <= plan.today - HOUR:
        yield done(story, (kind, at, _NUMBER), (seller, None), details)
