"""What the JSON Schema of agreement.yaml says of its sections and keys, for editors, in English and German."""

from collections.abc import Mapping

from jobs.wording.words import Language

SCHEMA_TEXTS: Mapping[str, tuple[str, str]] = {
    # The agreement itself
    "agreement": (
        "Version, signatures and what both teams owe each other.",
        "Version, Unterschriften und was beide Teams einander schulden.",
    ),
    "file": (
        "One version of the agreement. Every decision names it by `label`.",
        "Eine Fassung der Vereinbarung. Jede Entscheidung nennt ihr `label`.",
    ),
    "signers": ("Who has to sign.", "Wer unterzeichnen muss."),
    "signature": (
        "One team's consent to one content of the file.",
        "Zustimmung eines Teams zu einem Inhalt der Datei.",
    ),
    "promise": ("What a team promises per period.", "Was ein Team je Zeitraum zusagt."),
    "contact_by": (
        "Until when somebody contacts the lead, by the way it became sales-ready.",
        "Bis wann sich jemand beim Lead meldet, je nachdem, wie er vertriebsreif wurde.",
    ),
    "decide_by": ("Until when sales accepts or rejects.", "Bis wann der Vertrieb annimmt oder ablehnt."),
    "care": (
        "How fast sales takes care of a hand-over.",
        "Wie schnell sich der Vertrieb um eine Übergabe kümmert.",
    ),
    "tries": (
        "How often sales tries before it gives up.",
        "Wie oft der Vertrieb es versucht, bevor er aufgibt.",
    ),
    "escalation": (
        "Who hears of a missed time, after so many times the agreed span.",
        "Wer von einer versäumten Frist erfährt, nach dem Wievielfachen der vereinbarten Spanne.",
    ),
    "routing": (
        "Who gets a lead: the first route whose condition holds.",
        "Wer einen Lead bekommt: der erste Weg, dessen Bedingung gilt.",
    ),
    "rejected": ("Where a rejected lead goes.", "Wohin ein abgelehnter Lead geht."),
    "asked": ("How the owner is asked.", "Wie der Zuständige gefragt wird."),
    # Market, people, time, money
    "tam": ("Who belongs to the market.", "Wer zum Markt gehört."),
    "icp": ("Who is a wanted customer.", "Wer als Kunde gewünscht ist."),
    "persona": ("Who the contact is.", "Wer der Kontakt ist."),
    "calendar": (
        "Where days and quarters begin. Period edges are local midnights, so daylight saving moves no figure.",
        "Wo Tage und Quartale beginnen. Zeiträume enden um Mitternacht Ortszeit; die Sommerzeit verschiebt nichts.",
    ),
    "service_clock": ("When the service clock runs.", "Wann die Servicezeit läuft."),
    "consent": (
        "What tracking needs (in Germany § 25 TDDDG); empty asks for none.",
        "Was Tracking voraussetzt (in Deutschland § 25 TDDDG); leer verlangt nichts.",
    ),
    "money": ("How amounts are counted.", "Wie Beträge zählen."),
    "cost_kind": (
        "What money was spent on. The last two are cost of sales, not of marketing (domain K17, K18).",
        "Wofür Geld ausgegeben wurde. Die letzten zwei sind Vertriebs-, keine Marketingkosten (domain K17, K18).",
    ),
    "cost_line": (
        "What one source cost over some days. A recorded zero is zero; no line means unknown.",
        "Was eine Quelle über einige Tage kostete. Eine erfasste Null ist null; ohne Zeile ist es unbekannt.",
    ),
    "surveys": ("What the answers of surveys are.", "Was die Antworten von Umfragen sind."),
    # Fields and facts
    "fields": (
        "Custom fields that rules may read, beyond those known by default; `syncer.yaml` says where they come from.",
        "Eigene Felder, die Regeln lesen dürfen, über die bekannten hinaus; woher sie kommen, steht in `syncer.yaml`.",
    ),
    "field_type": ("What a custom field holds.", "Was ein eigenes Feld enthält."),
    "events": (
        "Event rules in order; the first hit wins.",
        "Ereignisregeln der Reihe nach; die erste, die trifft, gilt.",
    ),
    "event": (
        "One name for some activities. Every condition given must hold.",
        "Ein Name für einige Aktivitäten. Jede genannte Bedingung muss gelten.",
    ),
    "event_kinds": (
        "Kinds of activity that can be a scored event: those that a contact starts, and meetings.",
        "Arten von Aktivität, die Punkte bringen können: die vom Kontakt ausgehen, und Termine.",
    ),
    "contact_does": ("What the contact does.", "Was der Kontakt tut."),
    # The score
    "score_model": (
        "Fit and engagement, thresholds, and what each cell means.",
        "Fit und Aktivität, Schwellen, und was jede Zelle bedeutet.",
    ),
    "model_consent": (
        "Who agreed to this model in both teams.",
        "Wer in beiden Teams diesem Modell zugestimmt hat.",
    ),
    "fit_group": ("Fit rules under one cap.", "Fit-Regeln unter einem Deckel."),
    "engagement_group": ("Engagement rules under one cap.", "Aktivitätsregeln unter einem Deckel."),
    "fit_rule": ("Points for a fact of the profile.", "Punkte für eine Angabe des Profils."),
    "event_rule": ("Points for an event.", "Punkte für ein Ereignis."),
    "negative_rule": (
        "Points taken off outside all groups, for a fact (`if`) or an event.",
        "Abzug außerhalb aller Gruppen, für eine Angabe (`if`) oder ein Ereignis.",
    ),
    "rule_name": ("How a rule is called before people.", "Wie eine Regel vor Menschen heißt."),
    "repeats": ("Repetitions within one of these count once.", "Wiederholungen innerhalb davon zählen einmal."),
    "decay": ("How points fade with age.", "Wie Punkte mit dem Alter verblassen."),
    "decay_shape": (
        ("How points fade: exponential `p·2^(-age/half_life)`, linear `p·max(0, 1 - rate·age/period)`, or not."),
        (
            "Wie Punkte verblassen: exponentiell `p·2^(-age/half_life)`, linear `p·max(0, 1 - rate·age/period)`, "
            "oder nicht."
        ),
    ),
    "clamp": ("Where both scores are clamped.", "Wo beide Scores gekappt werden."),
    "grades": ("Where grades and levels begin.", "Wo Noten und Aktivitätsstufen beginnen."),
    "cell": ("What a cell of the matrix means.", "Was eine Zelle der Matrix bedeutet."),
    "hard_gate": ("Keeps a contact out before any score.", "Hält einen Kontakt vor jedem Score draußen."),
    "hand_raise": ("Requests that need no score.", "Anfragen, die keinen Score brauchen."),
    "hysteresis": (
        "What keeps stages from flapping (domain D4).",
        "Was Stufen vom Hin und Her abhält (domain D4).",
    ),
    "rule_fires": ("What happens when a rule fires.", "Was geschieht, wenn eine Regel greift."),
    # Stages and sales
    "stage": ("Canonical stages (domain B2).", "Die Stufen des Trichters (domain B2)."),
    "repeated_visits": (
        "Who has raised the hand by coming back.",
        "Wer durch Wiederkommen die Hand gehoben hat.",
    ),
    "stages": (
        "When contacts move between stages (domain B2, B6).",
        "Wann Kontakte die Stufe wechseln (domain B2, B6).",
    ),
    "said_stage": (
        "What a person may say that a stage means.",
        "Was nach dem Wort eines Menschen eine Stufe bedeutet.",
    ),
    "lead_objects": (
        "How far sales is with a lead that the CRM keeps as a record of its own.",
        "Wie weit der Vertrieb mit einem Lead ist, den das CRM als eigenen Datensatz führt.",
    ),
    "overrides": (
        "How long a person's edit in the CRM stands.",
        "Wie lange eine Änderung durch einen Menschen im CRM gilt.",
    ),
    "lifecycle_map": (
        "Canonical stage to the CRM's own lifecycle and lead status.",
        "Von der Stufe zu Lifecycle-Phase und Lead-Status des CRM.",
    ),
    "mapped": (
        "What one canonical stage is in the CRM. None is not written.",
        "Was eine Stufe im CRM ist. null wird nicht geschrieben.",
    ),
    "mapped_when": (
        "Under which circumstance a mapped value is written.",
        "Unter welchem Umstand ein zugeordneter Wert geschrieben wird.",
    ),
    # Deals
    "pipelines": (
        "Pipeline id to its entry; `*` speaks for pipelines without one. Without `*` they are unmapped.",
        "Je Pipeline-ID ihr Eintrag; `*` gilt für die ohne eigenen. Ohne `*` bleiben sie ohne Zuordnung.",
    ),
    "pipeline": (
        "One pipeline. `auto` reads the CRM's own definition: closed or not, probability, labels.",
        "Eine Pipeline. `auto` liest, wie das CRM sie festlegt: geschlossen oder nicht, Wahrscheinlichkeit, Namen.",
    ),
    "pipeline_kind": ("What a pipeline is for.", "Wozu eine Pipeline da ist."),
    "offer_evidence": ("When a deal has an offer (domain B3).", "Wann ein Deal ein Angebot hat (domain B3)."),
    "offer_proof": ("What proves an offer.", "Was ein Angebot belegt."),
    "forecast": ("Which deals are forecast (domain B4).", "Welche Deals im Forecast stehen (domain B4)."),
    "reasons": (
        "Reason rules in order; the first hit wins.",
        "Grundregeln der Reihe nach; die erste, die trifft, gilt.",
    ),
    "reason": ("One reason and how people write it.", "Ein Grund, und wie Menschen ihn schreiben."),
    "reason_outcome": ("What a deal closed for this reason is.", "Was ein aus diesem Grund geschlossener Deal ist."),
    "counts_from": ("From when the outcome counts.", "Ab wann das Ergebnis zählt."),
    "closed_other": (
        "Delayed sales: rules in order, first match decides.",
        "Vertagte Verkäufe: Regeln der Reihe nach, die erste, die trifft, entscheidet.",
    ),
    "delay": (
        "One way in which a sale shows that it is delayed.",
        "Woran sich zeigt, dass ein Verkauf sich verzögert.",
    ),
    "not_other": (
        "What keeps a deal from being Closed-Other.",
        "Was einen Deal davon abhält, Closed-Other zu sein.",
    ),
    "holds_back": ("What holds rules CO4 to CO8 back.", "Was die Regeln CO4 bis CO8 zurückhält."),
    # The write-back
    "write_back": (
        "What is written, under which names, and how much at once.",
        "Was geschrieben wird, unter welchen Namen, und wie viel auf einmal.",
    ),
    "contact_properties": (
        "Properties of contacts by what they hold; None is not written.",
        "Eigenschaften von Kontakten nach ihrem Inhalt; null wird nicht geschrieben.",
    ),
    "company_properties": (
        "Properties of companies by what they hold; None is not written.",
        "Eigenschaften von Firmen nach ihrem Inhalt; null wird nicht geschrieben.",
    ),
    "deal_properties": (
        "Properties of deals by what they hold; None is not written.",
        "Eigenschaften von Deals nach ihrem Inhalt; null wird nicht geschrieben.",
    ),
}
_GERMAN: Mapping[str, str] = dict(SCHEMA_TEXTS.values())


def told_schema(schema: Mapping[str, object], lang: Language) -> Mapping[str, object]:
    """Return a JSON Schema with its descriptions in a language; keys and values are the same in every one."""
    return schema if lang == "en" else {key: _german(key, value) for key, value in schema.items()}


def _german(key: str, value: object) -> object:
    if isinstance(value, Mapping):
        return {inner: _german(inner, one) for inner, one in value.items()}
    if isinstance(value, list):
        return [_german("", one) for one in value]
    if key == "description" and isinstance(value, str):
        return _GERMAN.get(value, value)
    return value
