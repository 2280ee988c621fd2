"""From what a person asks to what is measured: clocks, calendar, currency and rules of a question filled in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from jobs.bootstrap import system_clock
from jobs.figures.reading import lacking
from jobs.names import agreement_text
from jobs.settings import Settings
from jobs.wording.words import LANGUAGES, Language
from syncer.agreement import Agreement, InForce
from syncer.errors import ConfigError, Problem
from syncer.funnel import forecast_rule
from syncer.kpis.measure import KpiExplanation, explain, measure
from syncer.kpis.periods import Calendar, parse_period
from syncer.kpis.question import Question
from syncer.kpis.rates import Rates, rates_of
from syncer.kpis.result import Basis, Kpi, unread
from syncer.kpis.statistics.attribution import Model
from syncer.kpis.targets import Target
from syncer.kpis.terms import Terms, service_of
from syncer.kpis.touches import OriginRule, Reaction, origin_rule
from syncer.meant import among
from syncer.moments import Millis, millis, reportable
from syncer.scoring import Scorer
from syncer.store import Store, Unit

_MONTHS = {"month": 1, "quarter": 3, "year": 12}

_DAY_TEXT = len("2026-01-01")
_GERMAN_DAY = re.compile(r"^(\d\d)\.(\d\d)\.(\d{4})( \d\d:\d\d)?$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question as a person put it; None takes the default."""

    as_of: str | None = None
    known_at: str | None = None
    period: str | None = None
    basis: str | None = None
    by: tuple[str, ...] = ()
    lang: str = "en"
    model: str | None = None
    #: The day whose rates count for everything.
    constant_rates: str | None = None


def measured(store: Store, asked: Question, ids: Sequence[str] | None = None) -> Sequence[Kpi]:
    """Return the rows of the KPIs asked for; all of them unknown until contacts and deals were read."""
    with store.snapshot() as unit:
        return measured_in(unit, asked, ids)


def measured_in(unit: Unit, asked: Question, ids: Sequence[str] | None = None) -> Sequence[Kpi]:
    """Return `measured` rows of the state that a transaction sees."""
    rows = measure(unit.afresh().measures, asked, ids)
    lacks = lacking(unit, asked.account, asked.known_at)
    return rows if lacks is None else [unread(row, lacks) for row in rows]


def explained(store: Store, asked: Question, row_id: str) -> Sequence[KpiExplanation]:
    """Return where the figures of a row come from."""
    with store.snapshot() as unit:
        found = explain(unit.measures, asked, row_id)
        lacks = lacking(unit, asked.account, asked.known_at)
        return found if lacks is None else [replace(one, kpi=unread(one.kpi, lacks)) for one in found]


def question(store: Store, agreement: InForce, account: str, asked: Asked) -> Question:
    """Return the whole question to one account's ledger."""
    rules = agreement.agreement
    zone = rules.calendar.zone
    calendar = Calendar(zone=zone.key, fiscal_year_start=rules.calendar.fiscal_year_start)
    known_at = clock_option(asked.known_at, zone, option="--known-at")
    return Question(
        account=account,
        as_of=clock_option(asked.as_of, zone, option="--as-of"),
        known_at=known_at,
        calendar=calendar,
        in_forecast=forecast_rule(rules),
        currency=reporting_currency(store, rules, account),
        own_currency=own_currency(store, account),
        period=parse_period(asked.period, calendar) if asked.period else None,
        basis=_basis(asked.basis),
        by=asked.by,
        lang=language(asked.lang),
        rates=_rates(store, account, known_at),
        constant_day=_day(asked.constant_rates, calendar, zone),
        gross_margin=rules.money.gross_margin,
        target=_target(rules),
        model=_model(asked.model),
        origin=_origin(rules),
        nps_scales=rules.surveys.nps,
        terms=_terms(rules),
        config_version=agreement_text(agreement),
    )


def _terms(rules: Agreement) -> Terms:
    head = rules.agreement
    return Terms(service=service_of(head.sla), goal=head.marketing_goal, profile=Scorer(rules).profile)


def account_names(settings: Settings, store: Store, account: str | None) -> Sequence[str]:
    """Return the accounts a report is about: the one named, else those configured, else those in the store.

    One that lacks its token is among those configured as soon as something of it is here.

    Raises ConfigError for a name that neither knows: a typing error would report that nothing is there; and where there
    is no account at all.
    """
    with store.snapshot() as unit:
        kept = unit.desk.account_names()
    configured = [*settings.accounts, *(name for name in settings.closed if name in kept)]
    if account is None and configured:
        return configured
    if account is None and not kept:
        hint = "syncer init, put its token into .env, then: syncer check, syncer backfill"
        raise ConfigError([Problem(message="no account is set up, and nothing was read yet", hint=hint)])
    if account is None:
        return kept
    known = list(dict.fromkeys([*settings.accounts, *kept]))
    if account not in known:
        hint = among(account, known)
        raise ConfigError([Problem(key="--account", message=f"no account named {account}", hint=hint)])
    return [account]


def one_account(settings: Settings, store: Store, account: str | None) -> str:
    """Return the account that a report about one is about. Raises ConfigError where none of several is named."""
    names = account_names(settings, store, account)
    if len(names) > 1:
        hint = f"there are: {', '.join(names)}"
        raise ConfigError([Problem(key="--account", message="which account is meant", hint=hint)])
    return names[0]


def clock_option(text: str | None, zone: ZoneInfo, *, option: str) -> Millis:
    """Return the moment an option names: a date, German too, is the end of that local day; nothing is now."""
    if text is None:
        return system_clock()
    try:
        said = _GERMAN_DAY.sub(r"\3-\2-\1\4", text.strip())
        if len(said) == _DAY_TEXT:
            following = date.fromisoformat(said) + timedelta(days=1)
            return reportable(Millis(millis(datetime.combine(following, time(), zone)) - 1))
        named = datetime.fromisoformat(said)
        return reportable(millis(named if named.tzinfo else named.replace(tzinfo=zone)))
    except (ValueError, OverflowError):
        hint = "a date like 2026-09-30 or 30.09.2026, or a moment like 2026-09-30T18:00:00+02:00"
        raise ConfigError([Problem(key=option, message=f"{text!r} is not a date", hint=hint)]) from None


def language(text: str) -> Language:
    """Return the language, or refuse with those there are."""
    for known in LANGUAGES:
        if text == known:
            return known
    raise ConfigError([Problem(key="--lang", message=f"no language {text!r}", hint=", ".join(LANGUAGES))])


def reporting_currency(store: Store, rules: Agreement, account: str) -> str | None:
    """Return the currency of reports: the agreement's, else the account's own."""
    if rules.money.reporting_currency:
        return rules.money.reporting_currency
    return own_currency(store, account)


def own_currency(store: Store, account: str) -> str | None:
    """Return the account's own currency, None before the account was looked at."""
    with store.snapshot() as unit:
        facts = unit.desk.account(account)
    return facts.currency if facts else None


def _rates(store: Store, account: str, known_at: Millis) -> Rates:
    with store.snapshot() as unit:
        return rates_of(unit.money.rates(account, known_at))


def _day(text: str | None, calendar: Calendar, zone: ZoneInfo) -> int | None:
    return None if text is None else calendar.day_number(clock_option(text, zone, option="--constant-rates"))


def _target(rules: Agreement) -> Target | None:
    goal = rules.agreement.sales_goal
    return (
        None if goal is None else Target(metric=goal.metric, months=_MONTHS[goal.per], value=Decimal(str(goal.value)))
    )


def _origin(rules: Agreement) -> OriginRule:
    def event_of(reaction: Reaction) -> str:
        return rules.events.classify(reaction.kind, reaction.subject, reaction.asset, reaction.outcome)

    return origin_rule(rules.money.sources, rules.money.events, event_of)


def _model(text: str | None) -> Model | None:
    if text is None:
        return None
    try:
        return Model(text)
    except ValueError:
        raise ConfigError([Problem(key="--model", message=f"no model {text!r}", hint=", ".join(Model))]) from None


def _basis(text: str | None) -> Basis | None:
    if text is None:
        return None
    try:
        return Basis(text)
    except ValueError:
        raise ConfigError([Problem(key="--basis", message=f"no basis {text!r}", hint=", ".join(Basis))]) from None
