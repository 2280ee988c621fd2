"""From what a person asks to what is measured: clocks, calendar, currency and rules of a question filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from jobs.bootstrap import system_clock
from jobs.names import agreement_text
from jobs.settings import Settings
from jobs.words import LANGUAGES, Language
from syncer.agreement import Agreement, InForce
from syncer.errors import ConfigError, Problem
from syncer.funnel import forecast_rule
from syncer.kpis.measure import KpiExplanation, explain, measure
from syncer.kpis.periods import Calendar, parse_period
from syncer.kpis.question import Question
from syncer.kpis.result import Basis, Kpi
from syncer.kpis.terms import Terms, service_of
from syncer.moments import Millis, millis
from syncer.scoring import Scorer
from syncer.store import Store

_DAY_TEXT = len("2026-01-01")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question as a person put it; None takes the default."""

    as_of: str | None = None
    known_at: str | None = None
    period: str | None = None
    basis: str | None = None
    by: tuple[str, ...] = ()
    lang: str = "en"


def measured(store: Store, asked: Question, ids: Sequence[str] | None = None) -> Sequence[Kpi]:
    """Return the rows of the KPIs asked for."""
    with store.snapshot() as unit:
        return measure(unit.measures, asked, ids)


def explained(store: Store, asked: Question, row_id: str) -> Sequence[KpiExplanation]:
    """Return where the figures of a row come from."""
    with store.snapshot() as unit:
        return explain(unit.measures, asked, row_id)


def question(store: Store, agreement: InForce, account: str, asked: Asked) -> Question:
    """Return the whole question to one account's ledger."""
    rules = agreement.agreement
    zone = rules.calendar.zone
    calendar = Calendar(zone=zone.key, fiscal_year_start=rules.calendar.fiscal_year_start)
    return Question(
        account=account,
        as_of=clock_option(asked.as_of, zone, option="--as-of"),
        known_at=clock_option(asked.known_at, zone, option="--known-at"),
        calendar=calendar,
        in_forecast=forecast_rule(rules),
        currency=rules.money.reporting_currency or _account_currency(store, account),
        period=parse_period(asked.period, calendar) if asked.period else None,
        basis=_basis(asked.basis),
        by=asked.by,
        lang=language(asked.lang),
        nps_scales=rules.surveys.nps,
        terms=_terms(rules),
        config_version=agreement_text(agreement),
    )


def _terms(rules: Agreement) -> Terms:
    head = rules.agreement
    return Terms(service=service_of(head.sla), goal=head.marketing_goal, profile=Scorer(rules).profile)


def account_names(settings: Settings, store: Store, account: str | None) -> Sequence[str]:
    """Return the accounts a report is about: the one named, else those configured, else those in the store."""
    if account:
        return [account]
    if settings.accounts:
        return list(settings.accounts)
    with store.snapshot() as unit:
        return unit.desk.account_names()


def clock_option(text: str | None, zone: ZoneInfo, *, option: str) -> Millis:
    """Return the moment an option names: a date is the end of that local day; nothing is now."""
    if text is None:
        return system_clock()
    try:
        if len(text) == _DAY_TEXT:
            following = date.fromisoformat(text) + timedelta(days=1)
            return Millis(millis(datetime.combine(following, time(), zone)) - 1)
        named = datetime.fromisoformat(text)
    except ValueError:
        hint = "a date like 2026-09-30 or a moment like 2026-09-30T18:00:00+02:00"
        raise ConfigError([Problem(key=option, message=f"{text!r} is not a date", hint=hint)]) from None
    return millis(named if named.tzinfo else named.replace(tzinfo=zone))


def language(text: str) -> Language:
    """Return the language, or refuse with those there are."""
    for known in LANGUAGES:
        if text == known:
            return known
    raise ConfigError([Problem(key="--lang", message=f"no language {text!r}", hint=", ".join(LANGUAGES))])


def _account_currency(store: Store, account: str) -> str | None:
    with store.snapshot() as unit:
        facts = unit.desk.account(account)
    return facts.currency if facts else None


def _basis(text: str | None) -> Basis | None:
    if text is None:
        return None
    try:
        return Basis(text)
    except ValueError:
        raise ConfigError([Problem(key="--basis", message=f"no basis {text!r}", hint=", ".join(Basis))]) from None
