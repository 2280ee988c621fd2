from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from syncer.funnel import decide_company
from syncer.funnel.facts import DealSpan, FunnelStage
from syncer.records import Company
from tests.unit.funnel.build import COMPANY, at, deal_facts, decided_deal, rules


@dataclass(frozen=True, kw_only=True)
class _View:
    company: Company = COMPANY
    contact_stages: tuple[FunnelStage, ...] = ()
    spans: tuple[DealSpan, ...] = ()


def _span(stage: str) -> DealSpan:
    return decided_deal(deal_facts([("2026-05-01", stage)], lost_reason="zu teuer"), "2026-05-02").spans[-1]


@pytest.mark.parametrize(
    ("contacts", "deals", "expected"),
    [
        ((), (), FunnelStage.TAM),
        ((FunnelStage.SUSPECT, FunnelStage.LEAD_MQL), (), FunnelStage.LEAD_MQL),
        ((FunnelStage.CLOSED_WON, FunnelStage.SUSPECT), (), FunnelStage.SUSPECT),
        ((FunnelStage.CLOSED_LOST, FunnelStage.CLOSED_WON), (), FunnelStage.CLOSED_WON),
        ((FunnelStage.OUT, FunnelStage.TAM), (), FunnelStage.TAM),
        ((FunnelStage.SUSPECT,), ("qualifiedtobuy",), FunnelStage.LEAD_DEAL),
        ((FunnelStage.SUSPECT,), ("contractsent",), FunnelStage.OPPORTUNITY),
        ((), ("closedwon", "closedlost"), FunnelStage.CLOSED_WON),
        ((FunnelStage.CLOSED_LOST,), ("closedlost",), FunnelStage.CLOSED_LOST),
        ((), ("renewal_open",), FunnelStage.TAM),
    ],
)
def test_a_company_stands_where_its_furthest_stands(
    contacts: tuple[FunnelStage, ...], deals: tuple[str, ...], expected: FunnelStage
) -> None:
    spans = tuple(_renewal() if stage == "renewal_open" else _span(stage) for stage in deals)
    assert decide_company(_View(contact_stages=contacts, spans=spans), rules=rules()).stage is expected


def _renewal() -> DealSpan:
    return decided_deal(deal_facts([("2026-05-01", "renewal_open")], pipeline_id="renewals"), "2026-05-02").spans[-1]


def test_the_market_rule_decides_about_companies_without_contacts() -> None:
    text = "tam: {rule: 'company.country in [CH]'}"
    swiss = replace(COMPANY, country="CH")
    inside = decide_company(_View(company=swiss), rules=rules(text))
    outside = decide_company(_View(), rules=rules(text))
    assert (inside.in_tam, inside.stage) == (True, FunnelStage.TAM)
    assert (outside.in_tam, outside.stage) == (False, FunnelStage.OUT)


def test_an_archived_company_is_out_of_the_market() -> None:
    gone = replace(COMPANY, archived_at=at("2026-05-01"))
    assert decide_company(_View(company=gone), rules=rules()).stage is FunnelStage.OUT
