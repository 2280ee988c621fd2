"""HubSpot's limits by plan, as presets."""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.lanes import Rate
from syncer.errors import ConfigError, Problem


@dataclass(frozen=True, kw_only=True, slots=True)
class Tier:
    """The limits of one kind of app in one kind of account; None does not limit."""

    general: Rate | None
    search: Rate | None
    associations: Rate | None
    #: Association calls a day, which HubSpot counts apart and tells in no header; None where it states no number.
    associations_daily: int | None = None


def _tier(general: int, associations: int, daily: int | None) -> Tier:
    return Tier(
        general=Rate(calls=general, seconds=10),
        search=Rate(calls=5, seconds=1),
        associations=Rate(calls=associations, seconds=10),
        associations_daily=daily,
    )


TIERS: Mapping[str, Tier] = {
    "free": _tier(100, 100, None),
    "starter": _tier(100, 100, None),
    "professional": _tier(190, 150, 500_000),
    "enterprise": _tier(190, 150, 500_000),
    "oauth": _tier(110, 100, None),
    "addon": _tier(250, 200, 1_000_000),
    # A local sandbox has no limits to respect.
    "unlimited": Tier(general=None, search=None, associations=None),
}


def tier_named(name: str | None) -> Tier:
    """Return the preset; None means the smallest, which answers' headers then correct.

    Raises ConfigError for a name that is no preset.
    """
    tier = TIERS.get("free" if name is None else name.lower())
    if tier is None:
        hint = f"one of {', '.join(sorted(TIERS))}"
        raise ConfigError([Problem(message=f"unknown tier {name!r}", key="tier", hint=hint)])
    return tier


def plan_of(general: float) -> Tier:
    """Return the plan that has this many general calls in ten seconds, or nearly."""
    plans = (TIERS["free"], TIERS["professional"], TIERS["addon"])
    return min(plans, key=lambda tier: abs((tier.general.calls if tier.general else 0) - general))
