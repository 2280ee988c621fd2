"""Names that several jobs share: properties that we write, positions, runs."""

from collections.abc import Mapping, Sequence

from syncer.agreement import Agreement, InForce, PipelineMap
from syncer.records import Kind
from syncer.writeback import PropertySpec, WriteRules, specs, write_rules

#: Streams of records that tell about others: what they tell is history of contacts and deals.
LEADS, QUOTES = "leads", "quotes"

#: What runs of a full compare are called: compared only, and mended.
RECONCILE = ("reconcile", "reconcile --apply")
MENDING = RECONCILE[1]
#: Kind of the positions that say how far a stream was read: its watermark.
WINDOW = "window"
#: Kind of the positions that say when the last full compare that mended a stream began.
MENDED = "mended"
#: What rounds are called.
SYNC = "sync"
#: What runs are called that look into webhooks.
DRAIN = "drain"
#: What runs are called that measure: they leave the account to others.
MEASURE = "measure"

#: What helps where a property of the CRM's own is not there: nobody can create it.
INSTEAD = "name another or null under write_back"


def rules_for(
    agreement: Agreement,
    options: Mapping[Kind, Mapping[str, Sequence[str]]] | None = None,
    pipelines: PipelineMap | None = None,
) -> WriteRules:
    """Return the write-back rules.

    `options` are the CRM's allowed values by kind and property, in display order; `pipelines` what deal stages mean.
    """
    return write_rules(agreement.write_back, agreement.lifecycle_map, options, pipelines)


def specs_for(agreement: Agreement) -> Sequence[PropertySpec]:
    """Return the properties of ours that the agreement writes, as the CRM should define them."""
    grades, reasons = list(agreement.score_model.matrix), sorted(agreement.other_reasons)
    return specs(rules_for(agreement), grades=grades, reasons=reasons)


def property_names(agreement: Agreement, kind: Kind) -> Sequence[str]:
    """Return the properties of one kind that we write, and so keep as the CRM holds them."""
    return list(rules_for(agreement).names[kind].values())


def agreement_text(found: InForce) -> str:
    """Return which agreement runs, as figures and findings say it."""
    return f"{found.agreement.label} ({found.notice})" if found.notice else found.agreement.label
