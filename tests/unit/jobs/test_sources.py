from decimal import Decimal

from jobs.pulling.sources import SourceNames, keep_own_lines, with_sources
from syncer.agreement import load_default
from syncer.agreement.money import Cost
from syncer.funnel.facts import ContactFacts, DealFacts
from syncer.records import Contact, CostLine, Deal


def _line(source, campaign="Herbst"):
    return CostLine(
        id="c1", source=source, campaign=campaign, amount=Decimal(5), currency="EUR", starts_at=None, ends_at=None
    )


def _contacts(store):
    people = [
        Contact(id="1", source="paid_search", campaign="Google-Ads-Q2"),
        Contact(id="2", source="paid_search", campaign="google-ads-q2"),
        Contact(id="3", source="referrals", campaign="google-ads-q2"),
    ]
    with store.commit() as unit:
        unit.mirror.upsert_contacts("a", people, 1)


def test_a_campaign_belongs_to_the_source_that_most_of_its_contacts_have(sqlite_store):
    _contacts(sqlite_store)
    with sqlite_store.commit() as unit:
        assert [one.source for one in with_sources(unit, "a", [_line("google-ads-q2")], {})] == ["paid_search"]


def test_the_agreements_own_map_goes_before_what_contacts_say(sqlite_store):
    _contacts(sqlite_store)
    with sqlite_store.commit() as unit:
        found = with_sources(unit, "a", [_line("google-ads-q2")], {"Google-Ads-Q2": "google"})
    assert [one.source for one in found] == ["google"]


def test_a_campaign_nobody_came_from_keeps_the_crms_word(sqlite_store):
    _contacts(sqlite_store)
    with sqlite_store.commit() as unit:
        assert [one.source for one in with_sources(unit, "a", [_line("messe")], {})] == ["messe"]


def test_stated_costs_are_exactly_the_agreements(sqlite_store):
    agreement = load_default()
    cost = Cost.model_validate({"source": "google", "amount": "6000", "from": "2026-04-01", "to": "2026-06-30"})
    stated = agreement.model_copy(update={"money": agreement.money.model_copy(update={"costs": (cost, cost)})})
    with sqlite_store.commit() as unit:
        unit.mirror.upsert_costs("a", [_line("x")], 1)
        keep_own_lines(unit, "a", stated, 1)
        assert unit.mirror.counts("a")["costs"] == 3
        keep_own_lines(unit, "a", agreement, 2)
        assert unit.mirror.counts("a")["costs"] == 1


def test_contacts_and_deals_carry_the_source_that_reports_name():
    agreement = load_default()
    money = agreement.money.model_copy(update={"sources": {"PAID_SEARCH": "google", "Messe-2026": "fair"}})
    names = SourceNames(agreement.model_copy(update={"money": money}))
    contacts = [
        ContactFacts(contact=Contact(id="1", source="paid_search")),
        ContactFacts(contact=Contact(id="2", source="offline", campaign="messe-2026")),
        ContactFacts(contact=Contact(id="3", source="referrals")),
        ContactFacts(contact=Contact(id="4")),
    ]
    assert [one.contact.source for one in names.contacts(contacts)] == ["google", "fair", "referrals", None]
    deals = [DealFacts(deal=Deal(id="9", source="paid_search"))]
    assert [one.deal.source for one in names.deals(deals)] == ["google"]
