"""Segments in SQL: what a cycle, a deal, a contact, a company or an answer is cut by."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import FromClause, String, Subquery, and_, cast, func, literal, null, select

from syncer.kpis.asked.ports import GRAINS, HOUR, ID, Cut, Segment
from syncer.kpis.periods import day_of
from syncer.store import tables
from syncer.store.measures.people import company_size, contact_field, contact_size, deal_field
from syncer.store.measures.populations import known, last_event
from syncer.store.measures.time import Expression, local_day, local_hour

#: Dimensions that come from the date a unit is counted under.
TIMES = (*GRAINS, HOUR)

#: Dimension → column of a cycle.
_CYCLE = {
    "source": "source",
    "campaign": "campaign",
    "owner": "owner_id",
    "industry": "industry",
    "country": "country",
    "grade": "grade",
    "cell": "cell",
    "origin": "origin",
    "cycle_type": "type",
}

#: Dimension → a deal's own column.
_DEAL = {ID: "deal_id", "owner": "owner_id", "pipeline": "pipeline_id", "dealtype": "deal_type"}


def cycle_segment(cycles: FromClause, cut: Cut, at: Expression) -> Sequence[Expression]:
    """Return the asked dimensions of a cycle, frozen at its entry; `at` is the date it is counted under."""
    own: dict[str, Expression] = {dim: cycles.c[column] for dim, column in _CYCLE.items()}
    own[ID] = cycles.c.contact_id + literal("#", String) + cast(cycles.c.cycle_no, String)
    own["team"] = _team(cycles.c.owner_id, cut)
    own["size"] = contact_size(cycles.c.contact_id, cut)
    own["persona"] = contact_field(cycles.c.contact_id, cut, "persona")
    return _chosen(own, cut, at)


def deal_segment(deals: Subquery, cut: Cut, at: Expression) -> Sequence[Expression]:
    """Return the asked dimensions of a deal: its own, else those of its primary contact's cycle, else its company's."""
    return _chosen({dim: _deal_value(deals, cut, dim) for dim in cut.by if dim not in TIMES}, cut, at)


def _deal_value(deals: Subquery, cut: Cut, dim: str) -> Expression:
    match dim:
        case "team":
            return _team(deals.c.owner_id, cut)
        case "source":
            return func.coalesce(_of_cycle(deals, cut, dim), deals.c.source)
        case "industry" | "country":
            return func.coalesce(_of_cycle(deals, cut, dim), _of_company(deals.c.company_id, cut, dim))
        case "size" | "persona" | "product" | "competitor":
            return _of_mirror(deals, cut, dim)
        case _ if dim in _DEAL:
            return deals.c[_DEAL[dim]]
        case _:
            return _of_cycle(deals, cut, dim)


def _of_mirror(deals: Subquery, cut: Cut, dim: str) -> Expression:
    match dim:
        case "size":
            return company_size(deals.c.company_id, cut)
        case "persona":
            return contact_field(deals.c.primary_contact_id, cut, dim)
        case _:
            return deal_field(deals.c.deal_id, cut, dim)


def _of_cycle(deals: Subquery, cut: Cut, dim: str) -> Expression:
    """Return a value of the cycle that carries the deal, else of its contact's latest one."""
    row, found = tables.cycles.alias("carrier"), tables.cycles.alias("chosen")
    mine = and_(known(row, cut), row.c.contact_id == deals.c.primary_contact_id, row.c.started_at <= cut.as_of)
    latest = select(func.max(row.c.cycle_no)).where(mine)
    carrying = latest.where(row.c.deal_id == deals.c.deal_id)
    number = func.coalesce(carrying.correlate(deals).scalar_subquery(), latest.correlate(deals).scalar_subquery())
    return (
        select(found.c[_CYCLE[dim]])
        .where(known(found, cut), found.c.contact_id == deals.c.primary_contact_id, found.c.cycle_no == number)
        .correlate(deals)
        .scalar_subquery()
    )


def _of_company(company_id: Expression, cut: Cut, column: str) -> Expression:
    row = tables.companies.alias("firm")
    return select(row.c[column]).where(row.c.account == cut.account, row.c.id == company_id).scalar_subquery()


def _team(owner_id: Expression, cut: Cut) -> Expression:
    row = tables.owners.alias("member")
    mine = select(row.c.team).where(row.c.account == cut.account, row.c.id == owner_id)
    return mine.correlate_except(row).scalar_subquery()


def contact_segment(contacts: FromClause, cut: Cut) -> Sequence[Expression]:
    """Return the asked dimensions of a standing contact: of the cycle it stands in, else its own."""
    return _chosen({dim: _contact_value(contacts, cut, dim) for dim in cut.by}, cut, null())


def _contact_value(contacts: FromClause, cut: Cut, dim: str) -> Expression:
    match dim:
        case "source" | "campaign" | "owner" | "country":
            return func.coalesce(_of_standing(contacts, cut, dim), contacts.c[_CYCLE[dim]])
        case "industry":
            return func.coalesce(_of_standing(contacts, cut, dim), _of_company(contacts.c.company_id, cut, "industry"))
        case "team":
            return _team(_contact_value(contacts, cut, "owner"), cut)
        case "id":
            return contacts.c.id
        case _:
            return _of_standing(contacts, cut, dim)


def _of_standing(contacts: FromClause, cut: Cut, dim: str) -> Expression:
    """Return a value of the cycle in which a contact stands."""
    event, cycle = tables.stage_events.alias("entry"), tables.cycles.alias("standing_cycle")
    number = last_event(event, contacts.c.id, cut, event.c.cycle_no)
    return (
        select(cycle.c[_CYCLE[dim]])
        .where(known(cycle, cut), cycle.c.contact_id == contacts.c.id, cycle.c.cycle_no == number)
        .correlate(contacts)
        .scalar_subquery()
    )


def company_segment(companies: FromClause, cut: Cut) -> Sequence[Expression]:
    """Return the asked dimensions of a company."""
    own = {
        ID: companies.c.id,
        "industry": companies.c.industry,
        "country": companies.c.country,
        "owner": companies.c.owner_id,
        "team": _team(companies.c.owner_id, cut),
    }
    return _chosen(own, cut, null())


def answer_segment(answers: FromClause, contacts: FromClause, cut: Cut) -> Sequence[Expression]:
    """Return the asked dimensions of a survey answer: those of its contact, and its survey."""
    own = {
        ID: answers.c.id,
        "survey": answers.c.survey_id,
        "source": contacts.c.source,
        "campaign": contacts.c.campaign,
        "owner": contacts.c.owner_id,
        "country": contacts.c.country,
        "industry": _of_company(contacts.c.company_id, cut, "industry"),
        "team": _team(contacts.c.owner_id, cut),
    }
    return _chosen(own, cut, answers.c.answered_at)


def _chosen(own: Mapping[str, Expression], cut: Cut, at: Expression) -> Sequence[Expression]:
    """Return the columns of the asked dimensions; the grains of time all come as the local day."""
    return [_part(own, cut, at, dim).label(f"by_{place}") for place, dim in enumerate(cut.by)]


def time_part(cut: Cut, at: Expression, dim: str) -> Expression:
    """Return one of the dimensions that come from a date."""
    return _part({}, cut, at, dim)


def _part(own: Mapping[str, Expression], cut: Cut, at: Expression, dim: str) -> Expression:
    if dim == HOUR:
        return local_hour(at, cut.calendar)
    return local_day(at, cut.calendar) if dim in GRAINS else own[dim]


def reader(cut: Cut) -> Callable[[Sequence[object]], Segment]:
    """Return what turns the leading columns of a row into a segment: local days become months, quarters or years."""
    dims = tuple(cut.by)
    if not dims:
        return lambda _: ()
    names: dict[tuple[str, int], str] = {}

    def read(values: Sequence[object]) -> Segment:
        return tuple(_text(dim, value) for dim, value in zip(dims, values, strict=False))

    def _text(dim: str, value: object) -> str | None:
        if not isinstance(value, int):
            return None if value is None else str(value)
        if (dim, value) not in names:
            names[dim, value] = f"{value:02d}" if dim == HOUR else cut.calendar.label(day_of(value), dim)
        return names[dim, value]

    return read
