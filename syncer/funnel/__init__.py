"""Who stands where in the funnel and why: deals, contacts, companies. Pure: every moment is an argument.

Names are loaded when first asked for: the agreement speaks of `syncer.funnel.facts`, and decisions read the agreement.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncer.funnel.companies import decide_company
    from syncer.funnel.contacts import decide_contact, decide_counted
    from syncer.funnel.deals import decide_deal
    from syncer.funnel.facts import FunnelStage
    from syncer.funnel.forecast import forecast_rule, in_forecast, is_overdue
    from syncer.funnel.rules import Rules, compile_rules

__all__ = [
    "FunnelStage",
    "Rules",
    "compile_rules",
    "decide_company",
    "decide_contact",
    "decide_counted",
    "decide_deal",
    "forecast_rule",
    "in_forecast",
    "is_overdue",
]

_HOMES = {
    "FunnelStage": "facts",
    "Rules": "rules",
    "compile_rules": "rules",
    "decide_company": "companies",
    "decide_contact": "contacts",
    "decide_counted": "contacts",
    "decide_deal": "deals",
    "forecast_rule": "forecast",
    "in_forecast": "forecast",
    "is_overdue": "forecast",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
