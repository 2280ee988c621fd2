"""A question, and one KPI's view of it: what families read while they measure."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeVar, cast

from syncer.errors import ConfigError, Problem
from syncer.funnel.facts import DealSpan
from syncer.kpis.asked.ports import ID, Cut, Labels, Scope, Segment
from syncer.kpis.asked.work import WorkingMeasures
from syncer.kpis.catalogue import LANGUAGES, Declaration
from syncer.kpis.periods import ALL, Calendar, Period, Window
from syncer.kpis.rates import Rates
from syncer.kpis.result import Basis, Figure, Kpi, Status
from syncer.kpis.statistics.attribution import Model
from syncer.kpis.statistics.stats import in_coins
from syncer.kpis.targets import Target
from syncer.kpis.terms import Terms
from syncer.kpis.touches import OriginRule, origin_rule
from syncer.meant import among
from syncer.moments import DAY, Millis
from syncer.money import coin, converted

#: Whether an open deal is in the forecast of the quarter that contains a moment (domain B4).
ForecastRule = Callable[[DealSpan, Millis], bool]

#: Asking for a split by these brings business with existing customers in (domain R10).
_EXPANSION_DIMS = frozenset({"cycle_type", "dealtype"})

_TRAILING_DAYS = 90

Shared = TypeVar("Shared")


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What a person asks of the KPIs."""

    account: str
    #: Business time: counts what happened up to and including this moment.
    as_of: Millis
    #: Knowledge time: counts what was believed at this moment.
    known_at: Millis
    calendar: Calendar
    #: The agreement's forecast rule.
    in_forecast: ForecastRule
    #: Reporting currency, ISO 4217; None takes the one that most deals carry.
    currency: str | None = None
    #: The account's own currency, in which amounts stand that name none; None where reports stand in it.
    own_currency: str | None = None
    #: What other currencies were worth; a deal without a rate is excluded and counted.
    rates: Rates = field(default_factory=Rates)
    #: The one local day whose rates count whatever the date of an event: the view in constant currency.
    constant_day: int | None = None
    #: None takes each KPI's own.
    period: Period | None = None
    basis: Basis | None = None
    #: Where K23 and K24 begin, on the eve of this moment's local day; None begins with the period.
    since: Millis | None = None
    by: Sequence[str] = ()
    #: Days after which a cohort counts as mature whatever is open, and within which a step must happen.
    horizon_days: int | None = None
    lang: str = "en"
    #: Share of revenue that remains after direct cost, 0..1; None leaves return on investment unknown.
    gross_margin: Decimal | None = None
    #: What sales promised to win; None where the agreement names no goal.
    target: Target | None = None
    #: How touches share a lead or an order; None is by first touch, and K28 shows every model.
    model: Model | None = None
    #: Where a contact's reaction came from.
    origin: OriginRule = field(default_factory=lambda: origin_rule({}, {}, lambda _: ""))
    #: Survey id → `0-10` or `1-10`: those named count as NPS whatever their type; NPS surveys not named are `0-10`.
    nps_scales: Mapping[str, str] = field(default_factory=dict)
    #: What both teams agreed on.
    terms: Terms = field(default_factory=Terms)
    #: Of each figure only so many rows, and those that have a numerator; None is all.
    most: int | None = None
    #: The agreement under which the ledger was decided, for explanations.
    config_version: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """The figures of one row, before they are given a name."""

    value: Figure
    n: int | None = None
    k: int | None = None
    lo: Figure = None
    hi: Figure = None
    status: Status = Status.MATURE
    excluded: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """One KPI of a question, ready to measure."""

    question: Question
    declaration: Declaration
    measures: WorkingMeasures
    labels: Labels
    basis: Basis
    period: Period
    #: What several KPIs of one question share, by what it is.
    memo: dict[Hashable, object] = field(default_factory=dict)

    def once(self, what: str, by: Sequence[str], make: Callable[[], Shared]) -> Shared:
        """Return something that every KPI of the question makes alike for a period and a split; made once."""
        key = (what, self.window, tuple(by))
        if key not in self.memo:
            self.memo[key] = make()
        return cast("Shared", self.memo[key])

    @property
    def hits_alone(self) -> bool:
        """True where units are told one by one and those outside the numerator are not wanted."""
        return self.question.most is not None and ID in self.question.by

    @property
    def cut(self) -> Cut:
        """The view of the ledger by the dimensions asked for."""
        return self.cut_by(self.question.by)

    @property
    def every(self) -> Cut:
        """The same view over all business but renewals: what stands open is counted whoever buys."""
        return replace(self.cut, scope=Scope.EVERY)

    def cut_by(self, by: Sequence[str]) -> Cut:
        """Return the view of the ledger by other dimensions."""
        asked = self.question
        return Cut(
            account=asked.account,
            as_of=asked.as_of,
            known_at=asked.known_at,
            calendar=asked.calendar,
            by=by,
            currency=self.currency,
            own_currency=asked.own_currency,
            scope=Scope.NEW_BUSINESS if _EXPANSION_DIMS.isdisjoint(by) else Scope.EVERY,
        )

    @property
    def window(self) -> Window:
        """The window of the period."""
        return self.period.window

    @property
    def currency(self) -> str | None:
        """The reporting currency, None when no deal carries one."""
        return self.question.currency or self.labels.currency

    @property
    def aged(self) -> bool:
        """True when every unit of the period has had the whole horizon."""
        horizon, end = self.question.horizon_days, self.window.end
        return horizon is not None and end is not None and end + horizon * DAY <= self.question.as_of + 1

    @property
    def today(self) -> int:
        """The local day of as_of."""
        return self.question.calendar.day_number(self.question.as_of)

    def fx_day(self, day: int | None) -> int | None:
        """Return the local day whose rate is taken for an event of a day: never one that lies after as_of."""
        if self.question.constant_day is not None:
            return self.question.constant_day
        return None if day is None else min(day, self.today)

    def convert(self, amount: Decimal, currency: str | None, day: int | None) -> Decimal | None:
        """Return an amount in the reporting currency at the rate of a local day, None without a rate."""
        given = self.coded(currency)
        if given is None or given == self.currency:
            return amount
        at = self.fx_day(day)
        rate = None if at is None or self.currency is None else self.question.rates.rate(given, self.currency, at)
        return None if rate is None else converted(amount, rate)

    def coins(self, amount: Decimal | None) -> Decimal | None:
        """Return an amount in the reporting currency as it is shown: in whole coins."""
        return None if amount is None else in_coins(amount, coin(self.currency))

    def coded(self, currency: str | None) -> str | None:
        """Return the currency of an amount: the account's own where it names none."""
        return currency or self.question.own_currency or self.currency

    def row(self, row_id: str, segment: Segment, measured: Measured, **extra: str | None) -> Kpi:
        """Return a row with its name, unit and segment; `extra` are further parts of the segment."""
        asked, declared = self.question, self.declaration.rows[row_id]
        values = dict(zip(asked.by, segment, strict=True)) | extra
        names = self._names(values)
        money = coin(self.currency)
        return Kpi(
            id=row_id,
            name=declared.names[asked.lang],
            basis=self.basis,
            period=self.period.label,
            as_of=asked.calendar.describe(asked.as_of),
            segment=values,
            value=_shown(measured.value, declared.unit, money),
            n=measured.n,
            k=measured.k,
            lo=_shown(measured.lo, declared.unit, money),
            hi=_shown(measured.hi, declared.unit, money),
            status=measured.status,
            unit=(self.currency or "") if declared.unit == "money" else declared.unit,
            excluded=dict(sorted(measured.excluded.items())),
            notes={**measured.notes, "labels": names} if names else measured.notes,
        )

    def _names(self, segment: Mapping[str, str | None]) -> Mapping[str, str]:
        known = {"owner": self.labels.owners, "pipeline": self.labels.pipelines}
        return {
            dim: known[dim][value]
            for dim, value in segment.items()
            if dim in known and value is not None and value in known[dim]
        }


def _shown(value: Figure, unit: str, money: Decimal) -> Figure:
    """Return money rounded to whole coins and whole days as whole numbers; everything else as it is."""
    if value is None:
        return None
    if unit == "money":
        return in_coins(Decimal(str(value)), money)
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value


def ask(question: Question, declaration: Declaration, measures: WorkingMeasures, memo: dict[Hashable, object]) -> Ask:
    """Return a question narrowed to one KPI, defaults filled in. Raises ConfigError for what the KPI cannot answer.

    `memo` holds what the KPIs of one question share.
    """
    problems = [*_dimension_problems(question, declaration), *_basis_problems(question, declaration)]
    if problems:
        raise ConfigError(problems)
    return Ask(
        question=question,
        declaration=declaration,
        measures=measures,
        labels=measures.labels(question.account),
        basis=question.basis or declaration.bases[0],
        period=question.period or _default_period(question, declaration),
        memo=memo,
    )


def _dimension_problems(question: Question, declaration: Declaration) -> Sequence[Problem]:
    return [
        Problem(
            message=f"{declaration.id} cannot be split by {dim!r}",
            key="--by",
            hint=among(dim, declaration.dims),
        )
        for dim in question.by
        if dim not in declaration.dims and dim != ID
    ]


def _basis_problems(question: Question, declaration: Declaration) -> Sequence[Problem]:
    problems = []
    if question.basis is not None and question.basis not in declaration.bases:
        message = f"{declaration.id} has no basis {question.basis.value!r}"
        problems.append(Problem(message=message, key="--basis", hint=", ".join(declaration.bases)))
    if question.lang not in LANGUAGES:
        problems.append(Problem(message=f"no language {question.lang!r}", key="--lang", hint=", ".join(LANGUAGES)))
    return problems


def _default_period(question: Question, declaration: Declaration) -> Period:
    match declaration.default_period:
        case "quarter":
            return question.calendar.quarter(question.as_of)
        case "last_quarter":
            this = question.calendar.quarter(question.as_of).window
            return question.calendar.quarter((this.start or question.as_of) - 1)
        case "trailing90":
            return question.calendar.trailing(question.as_of, _TRAILING_DAYS)
        case _:
            return ALL
