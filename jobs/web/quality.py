"""What is wrong with the data and where CRM and Syncer differ: faults to mend, refused writes, two ways of counting."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.routing import Route

from jobs.figures.beside import kept_outcomes
from jobs.figures.splits import FAULTS, Split
from jobs.web.contacts import owners_of
from jobs.web.figure_rows import Figures, name_of, segment_of
from jobs.web.measured import figures_of, page_of
from jobs.web.pages import Asking
from jobs.web.site import Site
from jobs.web.words import page_word
from jobs.wording.sentences import spoken
from jobs.wording.shown import Shown, shown
from jobs.wording.terms import term
from jobs.wording.words import Language, number, percent, time_text
from syncer.funnel.facts import Outcome
from syncer.kpis.asked.ports import ID
from syncer.kpis.catalogue import catalogue
from syncer.records import Kind, Stage
from syncer.store.reports.browse_deals import StageOutcome
from syncer.store.values import OutboxEntry

_ENTRIES = 50
_FAULTS = tuple(catalogue()["K42"].rows)
_OURS = (Outcome.OPEN, Outcome.WON, Outcome.LOST, Outcome.OTHER, Outcome.VOID, Outcome.UNMAPPED)
#: Faults of contacts and activities: the figure's own page names them.
_ELSEWHERE = frozenset({"K42.no_owner", "K42.overridden", "K42.future"})
_PAGES: Mapping[Kind, str] = {Kind.CONTACT: "/contacts/", Kind.DEAL: "/deals/"}
_THEIRS = ("open", "won", "lost")


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """A value that did not reach the CRM."""

    record_id: str
    #: Its page, empty for a company.
    page: str
    #: Its label, and its name in the CRM.
    property: str
    name: str
    value: str
    at: str
    status: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """One win rate, and what it divides."""

    name: str
    value: str
    n: str


def quality_routes(site: Site) -> Sequence[Route]:
    """Return the route of the page."""
    return page_of(site, "/quality", "quality.html", _shown)


def _shown(site: Site, request: Request) -> Mapping[str, object]:
    asking, figures = site.pages.asking(request), figures_of(site, request, ("K42",), (Split.FAULT,))
    fault = next((one for one in _FAULTS if one == request.query_params.get("fault")), None)
    entries, outcomes, stages = _read(site, asking)
    counts, lang = _crossed(outcomes, stages), asking.lang
    labels = {one.stage_id: one.label or one.stage_id for one in stages.values()}
    words = shown(site.agreement, labels, owners_of(site, asking), site.zone, lang)
    return {
        **figures.frame,
        "faults": figures.own.lines(_FAULTS),
        "fault": fault,
        "fault_name": name_of(fault, lang) if fault else "",
        "units": _units(figures.splits[Split.FAULT], fault),
        "elsewhere": _ELSEWHERE,
        "most": FAULTS,
        "doubts": [_doubt(one, words) for one in entries],
        "unmapped": sorted(
            {f"{one.pipeline_id}: {one.stage_id}" for one in outcomes if one.outcome is Outcome.UNMAPPED}
        ),
        "ours": [page_word(f"ours_{one.value}", lang) for one in _OURS],
        "crossed": [
            (page_word(f"crm_{theirs}", lang), [number(counts[theirs, ours], lang) for ours in _OURS])
            for theirs in _THEIRS
        ],
        "rates": _rates(counts, lang),
    }


def _read(
    site: Site, asking: Asking
) -> tuple[Sequence[OutboxEntry], Sequence[StageOutcome], Mapping[tuple[str, str], Stage]]:
    if asking.account is None:
        return (), (), {}
    with site.store.snapshot() as unit:
        stages = {(one.pipeline_id, one.stage_id): one for one in unit.mirror.stages(asking.account)}
        return unit.desk.doubtful(asking.account, _ENTRIES), kept_outcomes(unit, asking.account), stages


def _units(figures: Figures, fault: str | None) -> Sequence[str]:
    """Return the deals with a fault."""
    return [] if fault is None else [unit for row in figures.of(fault) if (unit := segment_of(row).get(ID))]


def _doubt(entry: OutboxEntry, words: Shown) -> Doubt:
    return Doubt(
        record_id=entry.record_id,
        page=f"{_PAGES[entry.kind]}{entry.record_id}" if entry.kind in _PAGES else "",
        property=words.name(entry.kind, entry.property),
        name=entry.property,
        value=words.value(entry.kind, entry.property, entry.value),
        at=time_text(entry.changed_at, words.zone, words.lang),
        status=term(entry.status.value, words.lang),
        why=spoken(entry.error or entry.why, words.lang),
    )


def _crossed(outcomes: Sequence[StageOutcome], stages: Mapping[tuple[str, str], Stage]) -> Counter[tuple[str, Outcome]]:
    """Return deals by what the CRM's stage says and what we say."""
    found: Counter[tuple[str, Outcome]] = Counter()
    for one in outcomes:
        found[_theirs(stages.get((one.pipeline_id or "", one.stage_id or ""))), one.outcome] += one.deals
    return found


def _theirs(stage: Stage | None) -> str:
    if stage is None or not stage.is_closed:
        return "open"
    return "won" if stage.probability else "lost"


def _rates(counts: Counter[tuple[str, Outcome]], lang: Language) -> Sequence[Rate]:
    """Return the win rate as the CRM counts it, and as we do without and with delayed sales."""
    theirs, ours = Counter[str](), Counter[str]()
    for (their, our), deals in counts.items():
        theirs[their] += deals
        ours[our.value] += deals
    narrow = ours["won"] + ours["lost"]
    cases = (
        ("rate_crm", theirs["won"], theirs["won"] + theirs["lost"]),
        ("rate_narrow", ours["won"], narrow),
        ("rate_broad", ours["won"], narrow + ours["other"]),
    )
    return [
        Rate(
            name=page_word(name, lang),
            value=percent(won / closed if closed else None, lang),
            n=f"{number(won, lang)} / {number(closed, lang)}",
        )
        for name, won, closed in cases
    ]
