"""When a contact's profile changes by date alone: a planned purchase comes near, a record grows old."""

from collections.abc import Callable, Collection, Sequence

import msgspec

from syncer.agreement.model import Agreement
from syncer.agreement.names import Ground
from syncer.funnel.facts import ContactFacts
from syncer.funnel.periods import Evenings
from syncer.moments import DAY, Millis
from syncer.scoring.names import Getter, getter


class DatedProfile(msgspec.Struct, frozen=True):
    """The dates that fit, gates and market read, and how many days around them their answers can change."""

    getters: Sequence[Getter] = ()
    days: Collection[float] = ()
    #: Where not, every evening may bring another answer.
    is_plain: bool = True


def dated_profile(agreement: Agreement) -> DatedProfile:
    """Return what of an agreement's profile conditions depends on the day."""
    model = agreement.score_model
    texts = [rule.when for group in model.fit.groups.values() for rule in group.rules]
    texts += [rule.when for rule in model.negative if rule.when is not None and rule.event is None]
    texts += [gate.when for gate in model.gates]
    texts += [] if agreement.tam.rule is None else [agreement.tam.rule]
    conditions = (agreement.condition(text, Ground.PROFILE) for text in texts)
    dates = [one.dates for one in conditions if one.dates.names]
    names = sorted({name for one in dates for name in one.names})
    return DatedProfile(
        getters=[getter(name, agreement.calendar.own_domains) for name in names],
        days=sorted({days for one in dates for days in one.days}),
        is_plain=all(one.is_plain for one in dates),
    )


def next_change(
    facts: ContactFacts,
    profile: DatedProfile,
    evenings: Evenings,
    *,
    view: Callable[[Millis], object],
    as_of: Millis,
) -> Millis | None:
    """Return when `view`, what the profile says at a moment, is next another one by date alone; None is never."""
    known = {at for read in profile.getters if isinstance(at := read(facts, as_of), int)}
    if not known:
        return None
    if not profile.is_plain:
        return evenings.after(as_of)
    edges = {int(at + sign * days * DAY) for at in known for days in profile.days for sign in (-1, 1)}
    # A limit that is included is passed a moment later.
    moments = sorted(at for edge in edges for at in (edge, edge + 1) if at > as_of)
    now = view(as_of)
    return next((Millis(at) for at in moments if view(Millis(at)) != now), None)
