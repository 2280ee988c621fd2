"""The units that a figure counts, each with the page of its record where there is one."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.web.words import page_word
from jobs.wording.words import Language, number

#: Units that a page names; `syncer explain kpi` names the rest.
_SHOWN = 100
#: Figures whose units are contacts by their bare id.
_OF_CONTACTS = frozenset(
    {"K01", "K36", "K36.click_rate", "K36.reachable", "K38.standing", "K42.no_owner", "K42.overridden"}
)
#: KPIs and figures whose units have no page of their own: companies, answers to surveys, lines of costs, visits.
_WITHOUT_PAGES = frozenset(
    {"K01.companies", "K12", "K17.cost", "K17.cost_by_kind", "K17.cost_without_leads", "K26", "K30", "K40"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """Some of the units that a figure counts."""

    #: Each with its page's path, empty where it has none.
    units: Sequence[tuple[str, str]]
    #: How many there are in all.
    total: str
    #: Where the rest is to be found; empty where nothing is left out.
    rest: str


def counted(row_id: str, ids: Sequence[str], lang: Language) -> Counted:
    """Return the first hundred of a figure's units."""
    return Counted(
        units=[(unit, unit_page(row_id, unit)) for unit in ids[:_SHOWN]],
        total=number(len(ids), lang),
        rest=f"{page_word('and_more', lang)} {row_id} --json" if len(ids) > _SHOWN else "",
    )


def unit_page(row_id: str, unit: str) -> str:
    """Return the page of a unit's record; empty for one that has none.

    Cycles are `contact#cycle`, activities `stream:id`; whose bare id it is, the figure says.
    """
    contact, mark, _ = unit.partition("#")
    if mark or row_id in _OF_CONTACTS:
        return f"/contacts/{contact}"
    if ":" in unit or {row_id, row_id.partition(".")[0]} & _WITHOUT_PAGES:
        return ""
    return f"/deals/{unit}"
