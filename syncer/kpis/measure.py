"""The door of the KPIs: a question in, rows out; and why a figure is what it is."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from syncer.errors import ConfigError, Problem
from syncer.kpis.asked.ports import ID
from syncer.kpis.asked.work import WorkingMeasures
from syncer.kpis.catalogue import Declaration, select
from syncer.kpis.figures.accuracy import accuracy
from syncer.kpis.figures.conversion import accepted, sales_ready, steps
from syncer.kpis.figures.cost import per_lead, per_order
from syncer.kpis.figures.coverage import coverage
from syncer.kpis.figures.durations import deal_cycle, sales_cycle
from syncer.kpis.figures.dwell import time_in_stage
from syncer.kpis.figures.effort import effort
from syncer.kpis.figures.forecast import forecast
from syncer.kpis.figures.goals import goal_attainment
from syncer.kpis.figures.handover import acceptance, leakage, premature, response
from syncer.kpis.figures.inventory import inventory
from syncer.kpis.figures.market import consent, penetration
from syncer.kpis.figures.movement import transitions
from syncer.kpis.figures.profile import completeness
from syncer.kpis.figures.quality import data_quality
from syncer.kpis.figures.reach import advanced, bands, leads_per_order, marketing_qualified, offered
from syncer.kpis.figures.recycling import recycling
from syncer.kpis.figures.renewals import retention
from syncer.kpis.figures.requirement import reverse_funnel
from syncer.kpis.figures.returns import attribution, returns
from syncer.kpis.figures.score_quality import score_quality
from syncer.kpis.figures.slips import slip_rates
from syncer.kpis.figures.surveys import promoter_score
from syncer.kpis.figures.velocity import velocity
from syncer.kpis.figures.visits import bounces, contacts_per_visit, social
from syncer.kpis.figures.waterfall import waterfall
from syncer.kpis.figures.wins import order_values, win_rates
from syncer.kpis.question import Ask, Question, ask
from syncer.kpis.result import Kpi

_FAMILIES: Mapping[str, Callable[[Ask], Iterable[Kpi]]] = {
    "K01": inventory,
    "K02": steps,
    "K03": transitions,
    "K04": bands,
    "K05": marketing_qualified,
    "K06": sales_ready,
    "K07": accepted,
    "K08": acceptance,
    "K09": offered,
    "K10": win_rates,
    "K11": leads_per_order,
    "K12": contacts_per_visit,
    "K13": sales_cycle,
    "K14": deal_cycle,
    "K15": time_in_stage,
    "K16": velocity,
    "K17": per_lead,
    "K18": per_order,
    "K19": returns,
    "K20": forecast,
    "K21": accuracy,
    "K22": coverage,
    "K23": waterfall,
    "K24": slip_rates,
    "K25": response,
    "K26": promoter_score,
    "K27": recycling,
    "K28": attribution,
    "K29": bounces,
    "K30": penetration,
    "K31": order_values,
    "K32": effort,
    "K33": premature,
    "K34": leakage,
    "K35": completeness,
    "K36": consent,
    "K37": score_quality,
    "K38": reverse_funnel,
    "K39": goal_attainment,
    "K40": social,
    "K41": advanced,
    "K42": data_quality,
    "K43": retention,
}


def measure(measures: WorkingMeasures, question: Question, ids: Sequence[str] | None = None) -> Sequence[Kpi]:
    """Return the rows of the KPIs asked for (`K10` with companions, `K10.broad` alone, None all), in catalogue order.

    Asked for nothing in particular, KPIs that have not the question's basis or dimensions are left out;
    asked for by id, they raise ConfigError.
    """
    if not ids:
        _refuse_unknown_dims(question)
    rows: list[Kpi] = []
    memo: dict[Hashable, object] = {}
    for declaration, wanted in select(ids):
        if ids or _answers(declaration, question):
            found = _FAMILIES[declaration.id](ask(question, declaration, measures, memo))
            told = _told((row for row in found if row.id in wanted), question.most)
            rows.extend(sorted(told, key=lambda row: wanted.index(row.id)))
    return rows


def _told(rows: Iterable[Kpi], most: int | None) -> Iterator[Kpi]:
    """Yield rows; with `most` only so many of each figure, those that have a numerator."""
    told: Counter[str] = Counter()
    for row in rows:
        if most is None:
            yield row
        elif row.k and told[row.id] < most:
            told[row.id] += 1
            yield row


def _refuse_unknown_dims(question: Question) -> None:
    known = sorted({dim for declaration, _ in select(None) for dim in declaration.dims} | {ID})
    problems = [
        Problem(message=f"no KPI can be split by {dim!r}", key="--by", hint=", ".join(known))
        for dim in question.by
        if dim not in known
    ]
    if problems:
        raise ConfigError(problems)


def _answers(declaration: Declaration, question: Question) -> bool:
    fits = question.basis is None or question.basis in declaration.bases
    return fits and all(dim in declaration.dims for dim in question.by)


@dataclass(frozen=True, kw_only=True, slots=True)
class KpiExplanation:
    """Where one figure comes from."""

    kpi: Kpi
    formula: str
    population: str
    #: Ids of the units that count: contact#cycle, contact#cycle/number of an entry or stay, deal, contact, stream:id of
    #: an activity, answer or cost line.
    denominator: Sequence[str]
    #: Of them, those in the numerator; empty where the figure is no ratio.
    numerator: Sequence[str]
    #: Reason → ids that do not count.
    excluded: Mapping[str, Sequence[str]]
    #: How often those ids count in denominator and numerator that stand for more than one unit: a contact's mails.
    times: Mapping[str, tuple[int, int]]
    config_version: str


def explain(measures: WorkingMeasures, question: Question, row_id: str) -> Sequence[KpiExplanation]:
    """Return one explanation a row of that id: the figure's own query, asked once more with every unit for itself.

    `question.by` must be empty. Raises ConfigError for an unknown id.
    """
    whole = measure(measures, replace(question, by=()), [row_id])
    single = measure(measures, replace(question, by=(ID,)), [row_id])
    units: defaultdict[tuple[str, str], list[Kpi]] = defaultdict(list)
    places = {_place(row) for row in whole}
    for row in single:
        # What stands nowhere among the rows, such as whoever is OUT, is left out of every one of them.
        units[_place(row) if _place(row) in places else (row.id, _NOWHERE)].append(row)
    declaration = select([row_id])[0][0]
    return [_explanation(question, declaration, row, [*units[_place(row)], *units[row.id, _NOWHERE]]) for row in whole]


#: Stands for the place of units that no row of the figure has.
_NOWHERE = "\N{EMPTY SET}"


def _place(row: Kpi) -> tuple[str, str]:
    """Return what tells the rows of one KPI apart once the unit's own id is set aside."""
    return row.id, "|".join(f"{dim}={value}" for dim, value in row.segment.items() if dim != ID)


def _explanation(question: Question, declaration: Declaration, row: Kpi, units: Sequence[Kpi]) -> KpiExplanation:
    excluded: defaultdict[str, list[str]] = defaultdict(list)
    for unit in units:
        for reason in unit.excluded:
            excluded[reason].append(_unit(unit))
    return KpiExplanation(
        kpi=row,
        formula=declaration.formula[question.lang],
        population=declaration.population[question.lang],
        denominator=sorted(_unit(unit) for unit in units if unit.n),
        numerator=sorted(_unit(unit) for unit in units if unit.k),
        excluded={reason: sorted(ids) for reason, ids in sorted(excluded.items())},
        times={_unit(unit): (unit.n or 0, unit.k or 0) for unit in units if max(unit.n or 0, unit.k or 0) > 1},
        config_version=question.config_version,
    )


def _unit(row: Kpi) -> str:
    return row.segment[ID] or ""
