"""Short ways to write rates, touches and moves in tests of money."""

from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from syncer.funnel.facts import Outcome
from syncer.kpis.asked.memory import Move
from syncer.kpis.rates import rates_of
from syncer.kpis.statistics.attribution import Path, Touch
from syncer.money import RateLine, RateOrigin
from tests.unit.kpis.ledger import at, span


def day(text):
    return date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal()


def rate(currency, value, first="2020-01-01", last=None, *, into="EUR", origin=RateOrigin.FILE):
    return RateLine(
        origin=origin,
        currency=currency,
        into=into,
        first_day=day(first),
        last_day=None if last is None else day(last),
        rate=Decimal(value),
    )


def rates(*lines):
    return rates_of(lines)


def path(*names, lead=None, deal=None, gap=1):
    """Touches a day apart, named by their source; milestones by the place of their touch."""
    touches = [Touch(at("2026-03-01") + place * gap * 86_400_000, name) for place, name in enumerate(names)]
    moments = [touch.at for touch in touches]
    return Path(
        touches=touches,
        lead_at=None if lead is None else moments[lead],
        deal_at=None if deal is None else moments[deal],
        until=moments[-1],
    )


def stood(amount, closes="2026-12-15", **values):
    """A deal as it stood open."""
    money = None if amount is None else Decimal(amount)
    return span("d", "2026-09-01", amount=money, close_date=at(closes, 0), **values)


def move(before, after="same", *, promised=True, excluded=None, segment=()):
    """What became of a deal; nothing changed where nothing is said."""
    ended = before if after == "same" else after
    return Move(segment, excluded, before, promised, ended)


def ended(one, outcome, **values):
    return replace(one, outcome=Outcome(outcome), **values)
