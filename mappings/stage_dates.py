"""Names of the properties that say when a record entered a stage. Pure.

HubSpot writes a stage's id with underscores for other signs, and in some accounts a number behind it
(`hs_v2_date_entered_unqualified_stage_id_1675714327`, 2026-09); sources disagree whether its properties API lists them.
So names are looked up among those that are listed, and formed only where none is.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from mappings.fields import FieldRule, ObjectMap

_PREFIX = "hs_v2_date_entered_"
_NUMBERED = re.compile(r"(.+)_\d+")
_OTHER_SIGNS = re.compile(r"[^a-z0-9_]")


def entered_name(stage_id: str) -> str:
    """Return the name as HubSpot documents it."""
    return _PREFIX + _word(stage_id)


def entered_names(stage_ids: Collection[str], known: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Return by stage the known names of its date, the plain one first; a stage without any is absent."""
    stages = {_word(stage_id): stage_id for stage_id in stage_ids}
    found: dict[str, list[str]] = {}
    for name in sorted(known, key=lambda one: (len(one), one)):
        if not name.startswith(_PREFIX):
            continue
        rest = name.removeprefix(_PREFIX)
        numbered = _NUMBERED.fullmatch(rest)
        # Plain ids of an older kind may hold signs that are not replaced.
        stage = stages.get(rest) or stages.get(_word(rest)) or (stages.get(numbered[1]) if numbered else None)
        if stage is not None:
            found.setdefault(stage, []).append(name)
    return {stage: tuple(names) for stage, names in found.items()}


def with_entered_names(object_map: ObjectMap, known: Collection[str]) -> ObjectMap:
    """Return the map with every such candidate replaced by the names that the account knows; unknown ones stay."""
    wanted = {name for rule in object_map.fields for name in rule.candidates if name.startswith(_PREFIX)}
    found = entered_names({name.removeprefix(_PREFIX) for name in wanted}, known)
    by_name = {_PREFIX + stage: names for stage, names in found.items()}

    def candidates(rule: FieldRule) -> tuple[str, ...]:
        return tuple(one for name in rule.candidates for one in by_name.get(name, (name,)))

    return replace(object_map, fields=tuple(rule._replace(candidates=candidates(rule)) for rule in object_map.fields))


def _word(stage_id: str) -> str:
    return _OTHER_SIGNS.sub("_", stage_id.lower())
