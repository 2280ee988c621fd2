"""Where a company stands: the furthest of its contacts and deals (domain R8)."""

from collections.abc import Sequence
from typing import Protocol

from syncer.funnel.facts import CompanyDecision, ContactFacts, DealSpan, FunnelStage, Outcome, Rank
from syncer.funnel.forecast import ELIGIBLE
from syncer.funnel.rules import Rules
from syncer.records import Company, Contact

#: Outcomes that show while nothing is open, in the order in which they win.
_ENDS = (FunnelStage.CLOSED_WON, FunnelStage.CLOSED_LOST)
_CLOSED = {FunnelStage.CLOSED_WON, FunnelStage.CLOSED_LOST, FunnelStage.CLOSED_OTHER}

#: Stands for the people of a company in conditions that speak of the company alone.
_NOBODY = Contact(id="")


class CompanyView(Protocol):
    """What a company's place follows from."""

    @property
    def company(self) -> Company:
        """The company."""
        ...

    @property
    def contact_stages(self) -> Sequence[FunnelStage]:
        """Stages of its contacts."""
        ...

    @property
    def spans(self) -> Sequence[DealSpan]:
        """Latest spans of its deals."""
        ...


def decide_company(view: CompanyView, *, rules: Rules) -> CompanyDecision:
    """Return a company's place: an open passage beats an ended one, a won deal beats a lost one."""
    in_tam = _in_tam(view.company, rules)
    return CompanyDecision(company_id=view.company.id, stage=_stage(view, in_tam=in_tam), in_tam=in_tam)


def _stage(view: CompanyView, *, in_tam: bool) -> FunnelStage:
    spans = [span for span in view.spans if span.pipeline_kind in ELIGIBLE]
    stages = {*view.contact_stages, *(_stage_of(span) for span in spans if span.outcome is Outcome.OPEN)}
    active = [stage for stage in stages if stage not in _CLOSED and Rank[stage.name] > Rank.TAM]
    if active:
        return max(active, key=lambda stage: Rank[stage.name])
    if any(span.outcome is Outcome.WON for span in spans):
        return FunnelStage.CLOSED_WON
    ended = next((stage for stage in _ENDS if stage in stages), None)
    return ended or (FunnelStage.TAM if in_tam else FunnelStage.OUT)


def _stage_of(span: DealSpan) -> FunnelStage:
    return FunnelStage.LEAD_DEAL if span.offer_at is None else FunnelStage.OPPORTUNITY


def _in_tam(company: Company, rules: Rules) -> bool:
    if company.archived_at is not None:
        return False
    return rules.in_tam is None or rules.in_tam(ContactFacts(contact=_NOBODY, company=company), 0)
