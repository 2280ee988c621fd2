"""Whose cycle a deal belongs to (domain R9), and that the choice stays."""

from dataclasses import replace

import pytest

from jobs.deciding.primaries import sales_ready_before
from syncer.funnel.facts import DealFacts
from syncer.funnel.kept import Kept, PrimaryBy
from syncer.funnel.primary import Primary, awaits_choice, primary_of
from syncer.records import Kind, Link
from tests.unit.funnel.build import at, deal_facts, facts, row, rules

_LABELS = ("Entscheider", "Champion")


def _link(contact_id: str, label: str | None = None, *, is_primary: bool = False) -> Link:
    return Link(
        from_kind=Kind.DEAL, from_id="d1", to_kind=Kind.CONTACT, to_id=contact_id, label=label, is_primary=is_primary
    )


def _deal(*links: Link, kept: Kept | None = None, **ready: str) -> DealFacts:
    """Contacts came to be in the order b, a, c."""
    known = deal_facts([("2026-05-01", "qualifiedtobuy")], contact_ids=("b", "a", "c"), links=links, kept=kept)
    return replace(known, sales_ready={name: at(when) for name, when in ready.items()})


@pytest.mark.parametrize(
    ("deal", "expected"),
    [
        (_deal(), Primary("b", PrimaryBy.EARLIEST)),
        (_deal(a="2026-04-01"), Primary("a", PrimaryBy.SALES_READY)),
        (_deal(a="2026-04-01", c="2026-04-02"), Primary("c", PrimaryBy.SALES_READY)),
        (_deal(a="2026-04-01", b="2026-04-01"), Primary("b", PrimaryBy.SALES_READY)),
        (_deal(_link("a", is_primary=True), c="2026-04-02"), Primary("a", PrimaryBy.MARK)),
        (_deal(_link("c", "champion"), _link("a", is_primary=True)), Primary("c", PrimaryBy.LABEL)),
        (_deal(_link("c", "Champion"), _link("a", "ENTSCHEIDER")), Primary("a", PrimaryBy.LABEL)),
        (_deal(_link("c", "Champion"), _link("a", "Champion")), Primary("a", PrimaryBy.LABEL)),
        (_deal(_link("x", is_primary=True)), Primary("b", PrimaryBy.EARLIEST)),
        (_deal(kept=Kept("c", PrimaryBy.EARLIEST), a="2026-04-02"), Primary("c", PrimaryBy.EARLIEST)),
        (_deal(kept=Kept("c", PrimaryBy.SALES_READY)), Primary("c", PrimaryBy.SALES_READY)),
        (_deal(kept=Kept("c", PrimaryBy.LABEL)), Primary("b", PrimaryBy.EARLIEST)),
        (_deal(kept=Kept("c", PrimaryBy.MARK)), Primary("b", PrimaryBy.EARLIEST)),
        (_deal(kept=Kept("gone", PrimaryBy.EARLIEST)), Primary("b", PrimaryBy.EARLIEST)),
        (_deal(kept=Kept()), Primary("b", PrimaryBy.EARLIEST)),
        (_deal(_link("a", "Champion"), kept=Kept("c", PrimaryBy.EARLIEST)), Primary("a", PrimaryBy.LABEL)),
    ],
)
def test_label_then_mark_then_the_choice_made_then_sales_ready_then_the_earliest(
    deal: DealFacts, expected: Primary
) -> None:
    assert primary_of(deal, _LABELS) == expected


def test_a_deal_of_nobody_has_no_primary_contact() -> None:
    assert primary_of(deal_facts([("2026-05-01", "qualifiedtobuy")], contact_ids=()), _LABELS) == Primary()


@pytest.mark.parametrize(
    ("deal", "expected"),
    [
        (_deal(), True),
        (_deal(kept=Kept("c", PrimaryBy.EARLIEST)), False),
        (_deal(kept=Kept("gone", PrimaryBy.EARLIEST)), True),
        (_deal(_link("a", "Champion")), False),
        (_deal(_link("a", is_primary=True)), False),
        (deal_facts([("2026-05-01", "qualifiedtobuy")], contact_ids=("a",)), False),
        (deal_facts([("2026-05-01", "qualifiedtobuy")], contact_ids=("a", "b")), True),
    ],
)
def test_only_an_open_choice_among_several_asks_who_was_sales_ready(deal: DealFacts, expected: bool) -> None:
    assert awaits_choice(deal, _LABELS) is expected


def test_sales_ready_before_a_deal_is_what_the_contacts_own_evidence_says_up_to_then() -> None:
    asked = facts([row("2026-04-01", "form", "Demo anfordern"), row("2026-06-01", "form", "Demo anfordern")])
    assert sales_ready_before(asked, rules(), at("2026-05-01")) == at("2026-04-01")
    assert sales_ready_before(asked, rules(), at("2026-03-01")) is None
    assert sales_ready_before(asked, rules(), None) is None
    assert sales_ready_before(facts([]), rules(), at("2026-05-01")) is None
    twice = facts(
        [
            row("2026-01-01", "form", "Demo anfordern"),
            row("2026-01-05", "lead_status", outcome="UNQUALIFIED", actor="user"),
            row("2026-04-01", "form", "Demo anfordern"),
        ]
    )
    assert sales_ready_before(twice, rules(), at("2026-05-01")) == at("2026-04-01")
