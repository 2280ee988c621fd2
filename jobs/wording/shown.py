"""What the CRM shows of the values that we write: labels for names of properties, words for the values of lists."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from jobs.names import rules_for, specs_for
from jobs.wording.sentences import spoken
from jobs.wording.terms import term
from jobs.wording.words import LANGUAGES, NOTHING, Language, date_text, exact, stage_name, time_text
from syncer.agreement import Agreement
from syncer.funnel import FunnelStage
from syncer.moments import millis
from syncer.records import Kind
from syncer.writeback import PropertySpec
from syncer.writeback.rules import DEAL_STAGE, OWNER
from syncer.writeback.specs import PropertyType

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
#: A stage where a reason names it.
_STAGE = re.compile(rf"(?<=\bstage )(?:{'|'.join(FunnelStage)})\b")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")

#: Labels of the CRM's own properties, by what we write into them.
_LABELS: Mapping[str, tuple[str, str]] = {
    "lifecycle": ("Lifecycle stage", "Lifecycle-Phase"),
    "lead_status": ("Lead status", "Lead-Status"),
    "owner": ("Owner", "Zuständig"),
    "forecast_category": ("Forecast category", "Forecast-Kategorie"),
    "deal_stage": ("Deal stage", "Deal-Phase"),
}
#: HubSpot's lifecycle stages are written in one word.
_LIFECYCLE: Mapping[str, str] = {
    "marketingqualifiedlead": "Marketing Qualified Lead",
    "salesqualifiedlead": "Sales Qualified Lead",
}


def options_of(spec: PropertySpec, lang: Language) -> Mapping[str, str]:
    """Return the values of a list of ours, each with what the CRM calls it; reasons are said as reports say them."""
    is_reason = spec.role == "other_reason"
    return {value: term(value, lang) if is_reason else words.of(lang) for value, words in spec.options}


def option_text(value: str) -> str:
    """Return a value of a list of the CRM's own as its label says it: IN_PROGRESS is In Progress."""
    return _LIFECYCLE.get(value) or " ".join(part[:1].upper() + part[1:].lower() for part in value.split("_") if part)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """Names and values of the properties that an agreement writes, for who reads pages."""

    #: Properties of ours, and what the others are written for, by kind and name.
    specs: Mapping[tuple[Kind, str], PropertySpec]
    roles: Mapping[tuple[Kind, str], str]
    #: Names of deal stages and of owners, by id.
    stages: Mapping[str, str]
    owners: Mapping[str, str]
    zone: ZoneInfo
    lang: Language

    def name(self, kind: Kind, name: str) -> str:
        """Return a property's label; the name of one that the agreement does not write."""
        spec = self.specs.get((kind, name))
        if spec is not None:
            return spec.label.of(self.lang)
        found = _LABELS.get(self.roles.get((kind, name), ""))
        return name if found is None else found[LANGUAGES.index(self.lang)]

    def value(self, kind: Kind, name: str, value: str | None) -> str:
        """Return a value as people write it, a dash for none; what a property cannot hold stays as it is."""
        if not value:
            return NOTHING
        if _MOMENT.fullmatch(value):
            return time_text(millis(datetime.fromisoformat(value)), self.zone, self.lang)
        if _DAY.fullmatch(value):
            return date_text(date.fromisoformat(value), self.lang)
        spec = self.specs.get((kind, name))
        return self._theirs(kind, name, value) if spec is None else _ours(spec, value, self.lang)

    def _theirs(self, kind: Kind, name: str, value: str) -> str:
        role = self.roles.get((kind, name))
        names = {DEAL_STAGE: self.stages, OWNER: self.owners}.get(role or "")
        if names is not None:
            return names.get(value, value)
        return value if role is None else option_text(value)


def why_text(why: str, lang: Language) -> str:
    """Return why a value was written, with stages by their names."""
    return spoken(_STAGE.sub(lambda found: stage_name(found[0], lang), why), lang)


def shown(
    agreement: Agreement, stages: Mapping[str, str], owners: Mapping[str, str], zone: ZoneInfo, lang: Language
) -> Shown:
    """Return how to show what the agreement writes."""
    kinds = rules_for(agreement).names.items()
    return Shown(
        specs={(one.kind, one.name): one for one in specs_for(agreement)},
        roles={(kind, name): role for kind, names in kinds for role, name in names.items()},
        stages=stages,
        owners=owners,
        zone=zone,
        lang=lang,
    )


def _ours(spec: PropertySpec, value: str, lang: Language) -> str:
    is_number = spec.type is PropertyType.NUMBER and _NUMBER.fullmatch(value)
    return exact(Decimal(value), lang) if is_number else options_of(spec, lang).get(value, value)
