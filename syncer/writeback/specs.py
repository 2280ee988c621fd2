"""The properties that the write-back needs in the CRM: names, labels in English and German, types, options."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.records import Kind
from syncer.writeback.rules import OF_THE_CRM, WriteRules

Lang = Literal["en", "de"]


class PropertyType(StrEnum):
    """What a property holds."""

    NUMBER = "number"
    STRING = "string"
    DATETIME = "datetime"
    ENUMERATION = "enumeration"
    BOOL = "bool"


#: How a CRM shows each type.
_FIELD_TYPES: Mapping[PropertyType, str] = {
    PropertyType.NUMBER: "number",
    PropertyType.STRING: "text",
    PropertyType.DATETIME: "date",
    PropertyType.ENUMERATION: "select",
    PropertyType.BOOL: "booleancheckbox",
}


def can_hold(found: str, wanted: PropertyType) -> bool:
    """Return whether a property of the type `found` takes values of the type `wanted`."""
    chosen = {PropertyType.ENUMERATION, PropertyType.BOOL}
    return found in {wanted, PropertyType.STRING} or (found == PropertyType.ENUMERATION and wanted in chosen)


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One text in both languages."""

    en: str
    de: str

    def of(self, lang: Lang) -> str:
        """Return the text in a language."""
        return self.de if lang == "de" else self.en


@dataclass(frozen=True, kw_only=True, slots=True)
class PropertySpec:
    """One property of ours, as the CRM should define it."""

    kind: Kind
    role: str
    name: str
    label: Words
    description: Words
    type: PropertyType
    #: Value and label of each option, in display order.
    options: Sequence[tuple[str, Words]] = ()

    @property
    def field_type(self) -> str:
        """How the CRM shows it."""
        return _FIELD_TYPES[self.type]


def specs(rules: WriteRules, *, grades: Sequence[str], reasons: Sequence[str]) -> Sequence[PropertySpec]:
    """Return every property of ours that the rules write, for all kinds.

    `grades` are the fit grades, best first; `reasons` the codes a postponed deal may carry.
    """
    options = {
        "stage": _STAGES,
        "outcome": _OUTCOMES,
        "cell": tuple((cell, Words(en=cell, de=cell)) for cell in _cells(grades)),
        "other_reason": tuple((code, Words(en=_spoken(code), de=_spoken(code))) for code in reasons),
        "in_tam": (("true", Words(en="Yes", de="Ja")), ("false", Words(en="No", de="Nein"))),
    }
    return [
        PropertySpec(
            kind=kind,
            role=role,
            name=name,
            label=_TEXTS[role].label,
            description=_TEXTS[role].description,
            type=_TEXTS[role].type,
            options=options.get(role, ()),
        )
        for kind, names in rules.names.items()
        for role, name in names.items()
        if role not in OF_THE_CRM
    ]


@dataclass(frozen=True, slots=True)
class _Text:
    type: PropertyType
    label: Words
    description: Words


def _cells(grades: Sequence[str]) -> Sequence[str]:
    return [f"{grade}{level}" for grade in grades for level in range(1, 5)]


def _spoken(code: str) -> str:
    return code.replace("_", " ")


_STAGE_LABELS: Mapping[FunnelStage, Words] = {
    FunnelStage.OUT: Words(en="Out of market", de="Außerhalb des Markts"),
    FunnelStage.TAM: Words(en="TAM", de="TAM"),
    FunnelStage.SUSPECT: Words(en="Suspect", de="Suspect"),
    FunnelStage.INQUIRY: Words(en="Inquiry", de="Anfrage"),
    FunnelStage.LEAD_MQL: Words(en="Lead (MQL)", de="Lead (MQL)"),
    FunnelStage.LEAD_SQL: Words(en="Lead, sales-ready (SQL)", de="Lead, vertriebsreif (SQL)"),
    FunnelStage.LEAD_SAL: Words(en="Lead, accepted (SAL)", de="Lead, angenommen (SAL)"),
    FunnelStage.LEAD_DEAL: Words(en="Lead with deal", de="Lead mit Deal"),
    FunnelStage.OPPORTUNITY: Words(en="Opportunity (offer out)", de="Opportunity (Angebot liegt vor)"),
    FunnelStage.FORECAST: Words(en="Forecast this quarter", de="Forecast dieses Quartal"),
    FunnelStage.CLOSED_WON: Words(en="Closed-Won", de="Closed-Won (gewonnen)"),
    FunnelStage.CLOSED_LOST: Words(en="Closed-Lost", de="Closed-Lost (verloren)"),
    FunnelStage.CLOSED_OTHER: Words(en="Closed-Other (postponed)", de="Closed-Other (verschoben)"),
}
_STAGES = tuple((stage.value, words) for stage, words in _STAGE_LABELS.items())
_OUTCOMES = (
    (Outcome.OPEN.value, Words(en="Open", de="Offen")),
    (Outcome.WON.value, Words(en="Won", de="Gewonnen")),
    (Outcome.LOST.value, Words(en="Lost", de="Verloren")),
    (Outcome.OTHER.value, Words(en="Other (postponed)", de="Other (verschoben)")),
    (Outcome.VOID.value, Words(en="Void", de="Ungültig")),
)

_TEXTS: Mapping[str, _Text] = {
    "stage": _Text(
        PropertyType.ENUMERATION,
        Words(en="Funnel stage", de="Funnel-Phase"),
        Words(en="Where the record stands in the funnel.", de="Wo der Datensatz im Funnel steht."),
    ),
    "stage_since": _Text(
        PropertyType.DATETIME,
        Words(en="Funnel stage since", de="Funnel-Phase seit"),
        Words(en="Since when the stage holds.", de="Seit wann die Phase gilt."),
    ),
    "fit": _Text(
        PropertyType.NUMBER,
        Words(en="Fit score", de="Fit-Punkte"),
        Words(en="How well contact and company match, 0 to 100.", de="Wie gut Kontakt und Firma passen, 0 bis 100."),
    ),
    "engagement": _Text(
        PropertyType.NUMBER,
        Words(en="Engagement score", de="Aktivitäts-Punkte"),
        Words(
            en="How active the contact was in this cycle, 0 to 100; fades with time.",
            de="Wie aktiv der Kontakt in diesem Zyklus war, 0 bis 100; klingt mit der Zeit ab.",
        ),
    ),
    "cell": _Text(
        PropertyType.ENUMERATION,
        Words(en="Score cell", de="Score-Zelle"),
        Words(en="Fit grade and engagement level, A1 is best.", de="Fit-Note und Aktivitäts-Stufe, A1 ist die beste."),
    ),
    "priority": _Text(
        PropertyType.NUMBER,
        Words(en="Funnel priority", de="Funnel-Priorität"),
        Words(en="Only for sorting: higher comes first.", de="Nur zum Sortieren: höher kommt zuerst."),
    ),
    "score_reasons": _Text(
        PropertyType.STRING,
        Words(en="Score reasons", de="Score-Gründe"),
        Words(en="Why the score is what it is.", de="Warum die Punkte so sind."),
    ),
    "outcome": _Text(
        PropertyType.ENUMERATION,
        Words(en="Funnel outcome", de="Funnel-Ergebnis"),
        Words(en="How the last attempt ended.", de="Wie der letzte Anlauf ausging."),
    ),
    "sales_ready_at": _Text(
        PropertyType.DATETIME,
        Words(en="Sales-ready at", de="Vertriebsreif am"),
        Words(en="When the lead was handed to sales.", de="Wann der Lead an den Vertrieb ging."),
    ),
    "accepted_at": _Text(
        PropertyType.DATETIME,
        Words(en="Accepted at", de="Angenommen am"),
        Words(en="When sales accepted the lead.", de="Wann der Vertrieb den Lead annahm."),
    ),
    "nurture_track": _Text(
        PropertyType.STRING,
        Words(en="Nurture track", de="Nurturing-Strecke"),
        Words(
            en="Why the sale was postponed, for as long as the contact is back in the market",
            de="Warum der Verkauf verschoben wurde, solange der Kontakt zurück im Markt ist",
        ),
    ),
    "sla_due_at": _Text(
        PropertyType.DATETIME,
        Words(en="SLA due at", de="SLA fällig am"),
        Words(en="Until when sales has agreed to act.", de="Bis wann der Vertrieb zu handeln zugesagt hat."),
    ),
    "other_reason": _Text(
        PropertyType.ENUMERATION,
        Words(en="Reason for postponement", de="Grund der Verschiebung"),
        Words(en="Why the deal was postponed.", de="Warum der Deal verschoben wurde."),
    ),
    "resume_at": _Text(
        PropertyType.DATETIME,
        Words(en="Resume at", de="Wiedervorlage am"),
        Words(en="When to talk again.", de="Wann wieder gesprochen wird."),
    ),
    "offer_at": _Text(
        PropertyType.DATETIME,
        Words(en="Offer at", de="Angebot am"),
        Words(en="When the deal first had an offer.", de="Wann der Deal erstmals ein Angebot hatte."),
    ),
    "in_tam": _Text(
        PropertyType.BOOL,
        Words(en="In target market", de="Im Zielmarkt"),
        Words(en="Whether the company belongs to the market.", de="Ob die Firma zum Markt gehört."),
    ),
}
