"""The forecast: what the quarter will bring and by whom, how it changed in a week, and how right earlier ones were."""

from collections.abc import Mapping, Sequence
from datetime import date

from starlette.requests import Request
from starlette.routing import Route

from jobs.figures.splits import Split
from jobs.web.figure_rows import Figures, Named, amount_of, segment_of
from jobs.web.measured import Shown, figures_of, page_of
from jobs.web.site import Site
from jobs.web.trend import COLUMNS, by_quarter, by_rep, trend_chart
from jobs.web.waterfall import waterfall_chart
from jobs.wording.terms import member
from jobs.wording.words import Language, date_text

_IDS = ("K20", "K21", "K22", "K23", "K24")
_QUARTER = (
    "K20",
    "K20.weighted",
    "K20.risk_adjusted",
    "K20.won",
    "K20.commit_cumulative",
    "K20.best_case_cumulative",
    "K20.pipeline_cumulative",
    "K20.overdue",
    "K20.without_amount",
)
_CATEGORIES = ("K20.commit", "K20.best_case", "K20.pipeline", "K20.omitted", "K20.uncategorised")
_COVERAGE = ("K22", "K22.required", "K22.gap", "K22.pipeline", "K22.target", "K22.lacking")
_PUSHES = ("K24", "K24.value", "K24.pushes_won", "K24.pushes_lost", "K24.pushes_other")
#: Columns of the table by owner: figure → word of its head.
_BY_OWNER = {
    "K20": "sum",
    "K20.weighted": "weighted",
    "K20.risk_adjusted": "risk_adjusted",
    "K20.commit": "commit",
    "K20.best_case": "best_case",
    "K20.pipeline": "pipeline",
    "K20.omitted": "omitted",
    "K20.won": "won",
}
#: Columns of the accuracy table.
_ACCURACY = {
    "K21": "wape",
    "K21.weighted": "wape_weighted",
    "K21.bias": "bias",
    "K21.commit_hits": "commit_hits",
    "K21.calibration": "calibration",
}


def forecast_routes(site: Site) -> Sequence[Route]:
    """Return the route of the page."""
    return page_of(site, "/forecast", "forecast.html", _shown)


def _shown(site: Site, request: Request) -> Mapping[str, object]:
    shown = figures_of(site, request, _IDS, (Split.OWNER, Split.WEEK, Split.REPS, Split.QUARTERS))
    own, chart = shown.own, waterfall_chart(shown.splits[Split.WEEK])
    return {
        **shown.frame,
        "quarter": own.lines(_QUARTER),
        "categories": own.lines(_CATEGORIES),
        "heads": list(_BY_OWNER.values()),
        "owners": _owners(shown),
        "chart": chart,
        "since": _since(shown, own.lang),
        "accuracy_heads": list(_ACCURACY.values()),
        "accuracy": _accuracy(own),
        "trend": trend_chart(shown.splits[Split.QUARTERS]),
        "trend_heads": list(COLUMNS),
        "by_quarter": by_quarter(shown.splits[Split.QUARTERS]),
        "by_rep": by_rep(shown.splits[Split.REPS]),
        "pushes": own.lines(_PUSHES),
        "coverage": own.lines(_COVERAGE),
        "has_goal": bool(amount_of(own.one("K22.target"))),
    }


def _owners(shown: Shown) -> Sequence[Named]:
    """Return the forecast rep by rep, the largest first."""
    split = shown.splits[Split.OWNER]
    found = sorted(split.members("K20", "owner"), key=lambda one: -amount_of(split.one("K20.weighted", owner=one[0])))
    return [Named(name=name, cells=[split.cell(id_, owner=owner) for id_ in _BY_OWNER]) for owner, name in found]


def _since(shown: Shown, lang: Language) -> str:
    """Return the day on whose evening the waterfall starts."""
    start = shown.splits[Split.WEEK].one("K23.start")
    notes = None if start is None else start["notes"]
    day = notes.get("snapshot") if isinstance(notes, Mapping) else None
    return "" if day is None else date_text(date.fromisoformat(str(day)), lang)


def _accuracy(figures: Figures) -> Sequence[Named]:
    """Return how far forecasts were off, by how long before the quarter's end they were made."""
    rows = figures.of("K21")
    return [
        Named(
            name=f"{row['period']} · {member('age', segment_of(row).get('age'), figures.lang)}",
            cells=[figures.cell(id_, **segment_of(row)) for id_ in _ACCURACY],
        )
        for row in rows
    ]
