"""Between what a rate ends once its open cases are decided, in English and German."""

from collections.abc import Mapping

from jobs.wording.terms import term
from jobs.wording.words import Language, between, number
from syncer.kpis.rendering.render import figure_text


def open_bounds(notes: Mapping[str, object], unit: str, lang: Language) -> str:
    """Return the bounds that a figure's notes name, and how many are open; nothing where none are (domain E0)."""
    lower, upper, still_open = (notes.get(name) for name in ("lower", "upper", "open"))
    if not (isinstance(lower, int | float) and isinstance(upper, int | float) and isinstance(still_open, int)):
        return ""
    if lower == upper:
        return ""
    bounds = between(*(figure_text(float(bound), unit, lang) for bound in (lower, upper)))
    return f"{number(still_open, lang)} {term('open', lang)}: {bounds}"
