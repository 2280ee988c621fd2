"""When a deal has an offer (domain B3): from a stage or our own property on for good, from a quote while it holds."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from syncer.agreement.stages import OfferSign
from syncer.funnel.outcomes import Judge
from syncer.funnel.timeline import Timelines
from syncer.moments import Millis
from syncer.tellings import topic_of

#: Changes of this topic come from quotes.
QUOTE = "quote"


class Offer(NamedTuple):
    """One stretch with an offer; `ends` None is for good."""

    begins: Millis
    ends: Millis | None = None

    def holds(self, at: int) -> bool:
        """Return whether the offer stands at a moment."""
        return self.begins <= at and (self.ends is None or at < self.ends)


class Offers(NamedTuple):
    """Every offer of a deal, the future included."""

    known: Sequence[Offer]

    def at(self, at: int) -> Millis | None:
        """Return since when there is an offer at a moment; None where none stands."""
        return min((one.begins for one in self.known if one.holds(at)), default=None)

    def moments(self) -> Iterator[Millis]:
        """Yield every moment at which an offer begins; one ends by a change of its quote."""
        return (one.begins for one in self.known)


def offers_of(judge: Judge, lines: Timelines) -> Offers:
    """Return a deal's offers; where the account shows neither quotes nor offer stages, the deal is its own."""
    signs = judge.rules.agreement.offer_evidence.any_of
    found: list[Offer] = []
    if OfferSign.STAGE in signs:
        found += _by_stage(judge, lines)
    stated = judge.facts.deal.fields.get("offer_at")
    if OfferSign.PROPERTY in signs and isinstance(stated, int):
        found.append(Offer(Millis(stated)))
    if OfferSign.QUOTE in signs:
        found += _by_quotes(judge, lines)
    if not found and judge.rules.offer_fallback:
        found.append(Offer(lines.created_at))
    # What is older than the deal, such as a quote moved here, stands from its creation on.
    return Offers([one._replace(begins=max(one.begins, lines.created_at)) for one in found])


def _by_stage(judge: Judge, lines: Timelines) -> Iterator[Offer]:
    for version in lines.of("stage"):
        meaning = judge.rules.pipelines.of(lines.value("pipeline", version.at), version.value)
        if meaning.past_offer and meaning.meaning.is_open:
            yield Offer(version.at)


def _by_quotes(judge: Judge, lines: Timelines) -> Iterator[Offer]:
    """Yield the stretches in which a quote has one of the agreed statuses."""
    wanted = {status.upper() for status in judge.rules.agreement.offer_evidence.quote_statuses}
    for name, timeline in lines.versions.items():
        if topic_of(name) != QUOTE:
            continue
        begins: Millis | None = None
        for version in timeline:
            stands = (version.value or "").upper() in wanted
            if stands and begins is None:
                begins = version.at
            elif not stands and begins is not None:
                yield Offer(begins, version.at)
                begins = None
        if begins is not None:
            yield Offer(begins)
