import pytest
from msgspec import structs

from syncer.agreement import load_default, parse_agreement
from syncer.handover.routing import Addressee, addressee
from tests.unit.funnel.build import COMPANY, at, facts

NOW = at("2026-11-21")
ROUTES = """
agreement:
  routing:
    - {if: "owner(company) exists", to: owner(company)}
    - {if: "country == CH", to: team.ch}
    - {if: "contact.seniority == head", to: owner.99}
    - {else: queue.default}
"""


def known(*, owner=None, company_owner=None, **contact):
    one = facts([], owner_id=owner, **contact)
    return structs.replace(one, company=structs.replace(COMPANY, owner_id=company_owner))


@pytest.mark.parametrize(
    ("who", "target", "owner"),
    [
        (known(company_owner="7"), "owner(company)", "7"),
        (known(country="CH"), "team.ch", None),
        (known(), "owner.99", "99"),
        (known(fields={}), "queue.default", None),
    ],
)
def test_the_first_route_that_holds_decides(who, target, owner):
    assert addressee(who, parse_agreement(ROUTES, "a"), NOW) == Addressee(target=target, owner_id=owner)


def test_by_default_the_contacts_owner_then_the_companys_then_the_queue():
    default = load_default()
    assert addressee(known(owner="1", company_owner="2"), default, NOW).owner_id == "1"
    assert addressee(known(company_owner="2"), default, NOW).owner_id == "2"
    alone = structs.replace(known(), company=None)
    assert addressee(alone, default, NOW).name == "default"


def test_a_route_to_nobody_is_passed_over_and_no_lead_is_lost():
    blind = parse_agreement('agreement: {routing: [{if: "country == DE", to: owner(contact)}]}', "a")
    assert addressee(known(), blind, NOW) == Addressee(target="queue.default", owner_id=None)
    assert addressee(known(owner="5"), blind, NOW).owner_id == "5"


def test_what_is_called_by_one_word_keeps_it():
    assert Addressee(target="owner(company)", owner_id="7").name == "owner(company)"
    assert Addressee(target="team.ch", owner_id=None).name == "ch"
