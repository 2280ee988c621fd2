"""Which source a contact came from and what it cost: the agreement's words first, then the CRM's."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time

from msgspec import structs

from syncer.agreement import Agreement
from syncer.funnel.facts import ContactFacts, DealFacts
from syncer.moments import Millis, millis
from syncer.money import rounded
from syncer.records import CostLine
from syncer.store import Unit

_OWN = "agreement:"


def with_sources(unit: Unit, account: str, lines: Sequence[CostLine], named: Mapping[str, str]) -> list[CostLine]:
    """Return campaign costs with the source that contacts carry.

    The CRM names a campaign's UTM, contacts name their source and the campaign behind it: a campaign belongs to the
    source that most of its contacts have. `named` is the agreement's own map and goes before that.
    """
    if not lines:
        return []
    by_campaign = unit.mirror.sources_of_campaigns(account)
    stated = {name.lower(): source for name, source in named.items()}
    return [replace(line, source=_source(line, stated, by_campaign)) for line in lines]


def _source(line: CostLine, named: Mapping[str, str], by_campaign: Mapping[str, str]) -> str | None:
    words = [word for word in (line.source, line.campaign) if word]
    for known in (named, by_campaign):
        for word in words:
            if word.lower() in known:
                return known[word.lower()]
    return line.source


class SourceNames:
    """The sources that reports name, by what the CRM calls them: a campaign, or a source of its own."""

    def __init__(self, agreement: Agreement) -> None:
        self._named = {name.lower(): source for name, source in agreement.money.sources.items()}

    def contacts(self, facts: Iterable[ContactFacts]) -> Iterator[ContactFacts]:
        """Yield the facts with the contacts' sources as reports name them."""
        if not self._named:
            yield from facts
            return
        for one in facts:
            known = one.contact
            found = self._found(known.source, known.campaign)
            yield one if found == known.source else structs.replace(one, contact=structs.replace(known, source=found))

    def deals(self, facts: Iterable[DealFacts]) -> Iterator[DealFacts]:
        """Yield the facts with the deals' sources as reports name them."""
        if not self._named:
            yield from facts
            return
        for one in facts:
            known = one.deal
            found = self._found(known.source, None)
            yield one if found == known.source else replace(one, deal=structs.replace(known, source=found))

    def _found(self, source: str | None, campaign: str | None) -> str | None:
        words = (word.lower() for word in (campaign, source) if word)
        return next((self._named[word] for word in words if word in self._named), source)


def own_lines(agreement: Agreement) -> list[CostLine]:
    """Return the costs that the agreement itself states."""
    zone = agreement.calendar.zone
    return [
        CostLine(
            id=f"{_OWN}{number}",
            source=cost.source,
            campaign=cost.campaign,
            amount=rounded(cost.amount),
            currency=cost.currency or agreement.money.reporting_currency,
            starts_at=millis(datetime.combine(cost.first_day, time(), zone)),
            ends_at=millis(datetime.combine(cost.last_day, time(), zone)),
            kind=cost.kind,
        )
        for number, cost in enumerate(agreement.money.costs)
    ]


def keep_own_lines(unit: Unit, account: str, agreement: Agreement, now: Millis) -> None:
    """Make the mirror's stated costs exactly the agreement's."""
    unit.mirror.replace_costs(account, own_lines(agreement), prefix=_OWN, now=now)
