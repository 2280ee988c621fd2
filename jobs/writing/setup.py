"""The property group, properties and options that the write-back needs: show what is missing, create it when told."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.values import PropertyDefinition
from jobs.desk import Desk
from jobs.names import specs_for
from jobs.pulling.look import forget_look, in_account
from jobs.wording.shown import options_of
from jobs.wording.words import Language
from syncer.records import Kind
from syncer.writeback import PropertySpec

#: What is to be done about a property that is not there.
CREATES = "syncer setup --apply creates it"


@dataclass(frozen=True, kw_only=True, slots=True)
class SetupStep:
    """One property as it stands in the CRM: `present`, `missing`, or `differs` with the reason."""

    kind: Kind
    name: str
    state: str
    note: str = ""


async def setup(desk: Desk, *, apply: bool) -> Sequence[SetupStep]:
    """Return every wanted property with its state; with `apply` what is missing is created first.

    Kinds of record that the account leaves out are left alone. Nothing that is there is changed, but for options of
    ours that a property lacks: they are added to its own. What is created speaks the language of the write-back.
    """
    wanted = specs_for(desk.agreement.agreement)
    if apply:
        await _create(desk, wanted)
        await _complete(desk, wanted)
        await asyncio.to_thread(forget_look, desk)
    steps: list[SetupStep] = []
    for kind in _kinds(desk):
        known = await desk.source.definitions(kind)
        steps += [_step(spec, known) for spec in wanted if spec.kind is kind]
    return steps


def _kinds(desk: Desk) -> Sequence[Kind]:
    return [Kind(name) for name in in_account(desk, tuple(Kind))]


async def _create(desk: Desk, wanted: Sequence[PropertySpec]) -> None:
    write_back = desk.agreement.agreement.write_back
    for kind in _kinds(desk):
        known = await desk.source.definitions(kind)
        absent = [spec for spec in wanted if spec.kind is kind and spec.name not in known]
        missing = [_definition(spec, write_back.group, write_back.language) for spec in absent]
        if not missing:
            continue
        if write_back.group not in await desk.destination.groups(kind):
            await desk.destination.create_group(kind, write_back.group, write_back.group_label)
        await desk.destination.create_properties(kind, missing)


async def _complete(desk: Desk, wanted: Sequence[PropertySpec]) -> None:
    lang = desk.agreement.agreement.write_back.language
    for kind in _kinds(desk):
        known = await desk.source.definitions(kind)
        for spec in wanted:
            found = known.get(spec.name) if spec.kind is kind else None
            if found is None or found.read_only or found.type != spec.type:
                continue
            if lacking := _lacking(spec, found, lang):
                await desk.destination.add_options(kind, spec.name, lacking)


def _lacking(spec: PropertySpec, found: PropertyDefinition, lang: Language) -> Sequence[tuple[str, str]]:
    """Return the options of ours, value and label, that a property does not have."""
    held = {value for value, _ in found.options}
    return [(value, label) for value, label in options_of(spec, lang).items() if value not in held]


def _definition(spec: PropertySpec, group: str, lang: Language) -> PropertyDefinition:
    return PropertyDefinition(
        name=spec.name,
        label=spec.label.of(lang),
        type=spec.type,
        field_type=spec.field_type,
        group=group,
        options=list(options_of(spec, lang).items()),
        description=spec.description.of(lang),
    )


def _step(spec: PropertySpec, known: Mapping[str, PropertyDefinition]) -> SetupStep:
    found = known.get(spec.name)
    if found is None:
        return SetupStep(kind=spec.kind, name=spec.name, state="missing", note=CREATES)
    if found.read_only:
        return SetupStep(kind=spec.kind, name=spec.name, state="differs", note="the CRM does not let it be written")
    if found.type != spec.type:
        note = f"is of type {found.type}, needs {spec.type}: rename ours in agreement.yaml under write_back"
        return SetupStep(kind=spec.kind, name=spec.name, state="differs", note=note)
    if lacking := _lacking(spec, found, "en"):
        note = f"lacks the options {', '.join(sorted(value for value, _ in lacking))}: syncer setup --apply adds them"
        return SetupStep(kind=spec.kind, name=spec.name, state="differs", note=note)
    return SetupStep(kind=spec.kind, name=spec.name, state="present")
