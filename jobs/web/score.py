"""Whether the score is worth its trust: how often each cell won, how well it ranks, whether its leads have shifted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.routing import Route

from jobs.web.figure_rows import Cell, Figures, amount_of
from jobs.web.measured import figures_of, page_of
from jobs.web.site import Site
from jobs.web.trial import Trials
from jobs.web.words import page_word
from syncer.kpis.result import Status

_HEALTH = ("K37", "K37.base", "K37.lift", "K37.recall", "K37.auc", "K37.auc_level", "K37.brier", "K37.skill", "K37.psi")
#: From here on score cells count as shifting, and as shifted (domain D6).
_WATCH, _SHIFTED = 0.1, 0.25


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoreCell:
    """One cell of the score."""

    name: str
    cell: Cell
    #: Share of its hand-overs that were won, 0 to 100.
    width: float


def score_routes(site: Site) -> Sequence[Route]:
    """Return the route of the page."""
    trials = Trials(site)

    def shown(site: Site, request: Request) -> Mapping[str, object]:
        asking, threshold = site.pages.asking(request), request.query_params.get("threshold", "")
        tried = trials.try_(threshold, asking.account, asking.lang) if threshold and asking.account else None
        return {**_shown(site, request), "tried": tried, "threshold": threshold or trials.own}

    return page_of(site, "/score", "score.html", shown)


def _shown(site: Site, request: Request) -> Mapping[str, object]:
    shown = figures_of(site, request, ("K37",))
    own = shown.own
    return {**shown.frame, "health": own.lines(_HEALTH), "cells": _cells(own), "verdict": _verdict(own)}


def _cells(own: Figures) -> Sequence[ScoreCell]:
    return [
        ScoreCell(
            name=name,
            cell=own.cell("K37.cell", cell=cell),
            width=round(100 * amount_of(own.one("K37.cell", cell=cell)), 1),
        )
        for cell, name in own.members("K37.cell", "cell")
        if cell is not None
    ]


def _verdict(own: Figures) -> str:
    """Return in words what the index of shift says."""
    row = own.one("K37.psi")
    value = None if row is None or row["status"] != Status.MATURE else row["value"]
    if not isinstance(value, int | float):
        return page_word("psi_unknown", own.lang)
    said = "psi_shifted" if value >= _SHIFTED else "psi_watch" if value >= _WATCH else "psi_stable"
    return page_word(said, own.lang)
