"""Rules of the table of edge cases (domain B6) through real rounds against a CRM that really listens."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from connectors.sandbox import writes
from connectors.sandbox.effects import recount
from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.links import plain, primary
from connectors.sandbox.merging import merge
from connectors.sandbox.state import Habits, MergedId
from jobs.health.check import check_account
from jobs.health.findings import Level
from jobs.pulling.reconcile import reconcile_round
from jobs.pulling.sweep import Orders
from jobs.rounds import backfill_round, sync_round
from jobs.writing.setup import setup
from syncer.agreement import InForce, parse_agreement
from syncer.funnel.facts import Outcome
from syncer.funnel.kept import PrimaryBy
from syncer.moments import DAY, HOUR, MINUTE, millis, moment

MEND = Orders(apply=True, force=True)


async def _ready(desk):
    await setup(desk, apply=True)
    await backfill_round(desk)
    await sync_round(desk)


def _deal(desk, deal_id):
    with desk.store.snapshot() as unit:
        return next(iter(unit.ledger.deal_decisions("hubspot", [deal_id])))


def _contact(desk, contact_id):
    with desk.store.snapshot() as unit:
        return next(iter(unit.ledger.states("hubspot", [contact_id])))


def _rows(crm, kind):
    return [row for row in crm.portal.tables[kind].rows.values() if not row.archived_at]


def _won(crm):
    return next(row for row in _rows(crm, "deals") if row.properties.get("hs_is_closed_won") == "true")


def _contacts_of(crm, deal):
    return list(crm.portal.links.of("deals", deal.id, "contacts"))


def _open_deal(crm, contacts=1):
    return next(
        row
        for row in _rows(crm, "deals")
        if row.properties.get("hs_is_closed") != "true" and len(_contacts_of(crm, row)) == contacts
    )


async def test_deleted_won_deal_needs_two_syncs(crm, open_desk):
    deal = _won(crm)
    async with open_desk(crm) as desk:
        await _ready(desk)
        writes.archive(crm.portal, BY_NAME["deals"], deal, at=crm.clock())
        await reconcile_round(desk, orders=MEND)
        await sync_round(desk)
        once = _deal(desk, deal.id)
        await reconcile_round(desk, orders=MEND)
        await sync_round(desk)
        twice = _deal(desk, deal.id)
        deal.archived_at = None
        await reconcile_round(desk, orders=MEND)
        await sync_round(desk)
        back = _deal(desk, deal.id)
    assert (once.spans[-1].outcome, "deleted_won_deal" in once.flags) == (Outcome.WON, True)
    assert (twice.spans[-1].outcome, "deleted_won_deal" in twice.flags) == (Outcome.VOID, False)
    assert [span.outcome for span in twice.spans if span.outcome is Outcome.WON]
    assert (back.spans[-1].outcome, "deleted_won_deal" in back.flags) == (Outcome.WON, False)


async def test_a_deal_that_went_again_is_counted_anew(crm, open_desk):
    deal = _won(crm)
    async with open_desk(crm) as desk:
        await _ready(desk)
        for _ in range(2):
            writes.archive(crm.portal, BY_NAME["deals"], deal, at=crm.clock())
            await reconcile_round(desk, orders=MEND)
            await sync_round(desk)
            assert _deal(desk, deal.id).spans[-1].outcome is Outcome.WON
            deal.archived_at = None
            await reconcile_round(desk, orders=MEND)


async def test_a_compare_that_mends_nothing_confirms_nothing(crm, open_desk):
    deal = _won(crm)
    async with open_desk(crm) as desk:
        await _ready(desk)
        writes.archive(crm.portal, BY_NAME["deals"], deal, at=crm.clock())
        await reconcile_round(desk, orders=MEND)
        for _ in range(3):
            await reconcile_round(desk, orders=Orders(apply=False))
        await sync_round(desk)
        assert _deal(desk, deal.id).spans[-1].outcome is Outcome.WON


async def test_primary_contact_sticky(crm, open_desk):
    deal = _open_deal(crm)
    (first,) = _contacts_of(crm, deal)
    oldest = min(_rows(crm, "contacts"), key=lambda row: row.properties["createdate"])
    assert oldest.id != first
    async with open_desk(crm) as desk:
        await _ready(desk)
        assert (_deal(desk, deal.id).primary_contact_id, _deal(desk, deal.id).primary_by) == (first, PrimaryBy.EARLIEST)
        link = plain("deals", "contacts")
        crm.portal.links.link(BY_NAME["deals"], deal.id, BY_NAME["contacts"], oldest.id, link)
        crm.portal.edit_as_user("deals", deal.id, {"dealname": "Umbenannt"})
        await sync_round(desk)
        joined = _deal(desk, deal.id)
        label = crm.portal.links.labelled("deals", "contacts", "Champion")
        crm.portal.links.link(BY_NAME["deals"], deal.id, BY_NAME["contacts"], oldest.id, link, label)
        crm.portal.edit_as_user("deals", deal.id, {"dealname": "Umbenannt 2"})
        await sync_round(desk)
        labelled = _deal(desk, deal.id)
    assert (set(joined.contact_ids), joined.primary_contact_id) == ({first, oldest.id}, first)
    assert (labelled.primary_contact_id, labelled.primary_by) == (oldest.id, PrimaryBy.LABEL)


async def test_a_contacts_later_date_postpones_its_deal_and_everything_shows_it(crm, open_desk):
    deal = _open_deal(crm)
    (who,) = _contacts_of(crm, deal)
    text = "closed_other: {guards: {min_deal_age_days: 0, skip_if: []}}"
    async with open_desk(crm) as opened:
        desk = replace(opened, agreement=InForce(agreement=parse_agreement(text, "agreement.yaml")))
        await _ready(desk)
        assert _deal(desk, deal.id).spans[-1].outcome is Outcome.OPEN
        stamp = f"{int(deal.properties['createdate'][:4]) + 3}-06-15"
        crm.portal.edit_as_user("contacts", who, {"planned_purchase_date": stamp})
        await sync_round(desk)
        first, shown = _deal(desk, deal.id).spans[-1], crm.value("contacts", who, "fn_stage_since")
        crm.clock.ahead += DAY
        crm.portal.edit_as_user("contacts", who, {"firstname": "Anders"})
        await sync_round(desk)
        second = _deal(desk, deal.id).spans[-1]
        state = _contact(desk, who)
    assert (first.outcome, first.rule) == (Outcome.OTHER, "CO4")
    assert second.valid_from == first.valid_from
    assert crm.value("contacts", who, "fn_stage_since") == shown
    assert crm.value("deals", deal.id, "fn_outcome") == "other"
    assert crm.value("deals", deal.id, "hs_manual_forecast_category") == "OMIT"
    assert crm.value("deals", deal.id, "fn_resume_at").startswith(stamp)
    assert (state.outcome, crm.value("contacts", who, "hs_lead_status")) == (Outcome.OTHER, "BAD_TIMING")


async def test_whoever_changes_employer_begins_anew(crm, open_desk):
    deal = _open_deal(crm)
    (who,) = _contacts_of(crm, deal)
    (old,) = crm.portal.links.of("contacts", who, "companies")
    new = next(row.id for row in _rows(crm, "companies") if row.id != old)
    async with open_desk(crm) as desk:
        await _ready(desk)
        before = _contact(desk, who)
        crm.portal.links.unlink("contacts", who, "companies", old)
        crm.portal.links.link(BY_NAME["contacts"], who, BY_NAME["companies"], new, primary("contacts", "companies"))
        recount(crm.portal, [("contacts", who)])
        crm.portal.edit_as_user("contacts", who, {"jobtitle": "Leitung"})
        await sync_round(desk)
        after = _contact(desk, who)
        with desk.store.snapshot() as unit:
            cycles = unit.ledger.cycles("hubspot", who, desk.clock())
            assert unit.mirror.contact("hubspot", who).company_id == new
        assert (await sync_round(desk)).written == 0
    assert before.cycle_no >= 1
    assert "employer_changed" in after.flags
    assert cycles[before.cycle_no - 1].deal_id == deal.id
    assert cycles[before.cycle_no - 1].outcome is Outcome.OPEN


#: What a rep turns to and fro, and what it is turned to.
_EDITS = {
    "contacts": {
        "lifecyclestage": ("lead", "opportunity", "subscriber", "marketingqualifiedlead"),
        "fn_stage": ("INQUIRY", "LEAD_SAL", "SUSPECT", "LEAD_MQL"),
        "hs_lead_status": ("CONNECTED", "UNQUALIFIED", "IN_PROGRESS", "NEW"),
    },
    "deals": {
        "fn_outcome": ("other", "", "won", ""),
        "hs_manual_forecast_category": ("COMMIT", "OMIT", "PIPELINE", "BEST_CASE"),
    },
}


def _until_morning(crm) -> None:
    """Let it be eight o'clock of the next day there: at midnight time itself changes what is written."""
    now = moment(crm.clock()).astimezone(ZoneInfo(crm.portal.account.time_zone))
    morning = (now + timedelta(days=1)).replace(hour=8, minute=0)
    crm.clock.ahead += millis(morning) - crm.clock()


@pytest.mark.parametrize("seed", [1, 2])
async def test_no_ping_pong_with_rep(crm, open_desk, seed):
    """Domain R11: half a working day of a rep's edits; each is answered at most once, and then there is silence."""
    chance = Random(seed)
    _until_morning(crm)
    deal = _open_deal(crm)
    victims = [("contacts", _contacts_of(crm, deal)[0]), ("contacts", _rows(crm, "contacts")[5].id), ("deals", deal.id)]
    async with open_desk(crm) as desk:
        await _ready(desk)
        for turn in range(8):
            crm.clock.ahead += 30 * MINUTE
            kind, ident = victims[turn % len(victims)]
            name = chance.choice(list(_EDITS[kind]))
            theirs = _EDITS[kind][name][turn % 4]
            crm.portal.edit_as_user(kind, ident, {name: theirs}, at=crm.clock())
            answers = []
            for _ in range(3):
                result = await sync_round(desk)
                answers.append(result.written)
                crm.clock.ahead += 5 * MINUTE
            assert answers[1:] == [0, 0], (turn, name, theirs, answers)
            assert (crm.value(kind, ident, name) or "") == theirs, (turn, name)


async def test_a_deal_whose_amount_has_traces_of_arithmetic_is_read_and_decided(serve, open_desk):
    now = "2026-05-04T10:00:00Z"
    versions = [
        {"value": "33.33333333333333", "timestamp": "2026-05-05T10:00:00Z", "sourceType": "CRM_UI"},
        {"value": "0.30000000000000004", "timestamp": now, "sourceType": "CRM_UI"},
    ]
    told = {"dealname": "x", "dealstage": "closedwon", "pipeline": "default", "amount": "33.33333333333333"}
    lines = [{"type": "deals", "id": "9", "createdAt": now, "properties": told, "history": {"amount": versions}}]
    async with open_desk(serve(lines=lines)) as desk:
        await backfill_round(desk)
        with desk.store.snapshot() as unit:
            assert unit.desk.dead_letters(desk.name) == []
            assert str(unit.mirror.deal(desk.name, "9").amount) == "33.333333"


async def test_a_merged_company_that_the_record_still_names_is_no_other_employer(serve, open_desk):
    crm = serve(habits=Habits(index_lag=0, merged_id=MergedId.KEPT))
    deal = _open_deal(crm)
    (who,) = _contacts_of(crm, deal)
    (old,) = crm.portal.links.of("contacts", who, "companies")
    kept = next(row for row in _rows(crm, "companies") if row.id != old)
    async with open_desk(crm) as desk:
        await _ready(desk)
        merge(crm.portal, BY_NAME["companies"], kept, crm.portal.find("companies", old), at=crm.clock())
        await sync_round(desk)
        for title in ("Leitung", "Einkauf"):
            crm.portal.edit_as_user("contacts", who, {"jobtitle": title})
            crm.portal.find("contacts", who).properties["associatedcompanyid"] = old
            await sync_round(desk)
            with desk.store.snapshot() as unit:
                assert unit.mirror.contact("hubspot", who).company_id == kept.id
        after = _contact(desk, who)
    assert "employer_changed" not in after.flags


async def test_a_record_that_names_another_company_than_it_links_is_no_change_of_employer(crm, open_desk):
    deal = _open_deal(crm)
    (who,) = _contacts_of(crm, deal)
    (linked,) = crm.portal.links.of("contacts", who, "companies")
    other = next(row.id for row in _rows(crm, "companies") if row.id != linked)
    crm.portal.find("contacts", who).properties["associatedcompanyid"] = other
    async with open_desk(crm) as desk:
        await _ready(desk)
        for title in ("Leitung", "Einkauf"):
            crm.portal.edit_as_user("contacts", who, {"jobtitle": title})
            crm.portal.find("contacts", who).properties["associatedcompanyid"] = other
            await sync_round(desk)
            with desk.store.snapshot() as unit:
                assert unit.mirror.contact("hubspot", who).company_id == linked
        assert "employer_changed" not in _contact(desk, who).flags
        assert (await sync_round(desk)).written == 0


async def test_a_stage_that_deals_stand_in_and_the_crm_does_not_list_is_named(crm, open_desk):
    deal = _open_deal(crm)
    stage = deal.properties["dealstage"]
    deal.properties["pipeline"] = "gone"
    async with open_desk(crm) as desk:
        await _ready(desk)
        found = [one for one in await check_account(desk) if "does not list" in one.what]
    said = f"deals in stage {stage} of pipeline gone, which the CRM does not list, are left out: 1"
    assert [(one.level, one.what) for one in found] == [(Level.NOTE, said)]
    assert found[0].remedy == "put them into a stage that there is, or take the stage back into use, in the CRM"


async def test_a_pipeline_that_means_something_else_decides_its_deals_anew(crm, open_desk):
    """Nothing about the deals themselves changed, so no round brings them: the stages speak."""
    deal = _open_deal(crm)
    pipeline = crm.portal.pipelines[deal.properties["pipeline"]]
    async with open_desk(crm) as desk:
        await _ready(desk)
        won = {"isClosed": "true", "probability": "1.0"}
        stages = tuple(
            replace(one, metadata=won) if one.id == deal.properties["dealstage"] else one for one in pipeline.stages
        )
        crm.portal.pipelines[pipeline.id] = replace(pipeline, stages=stages)
        crm.clock.ahead += HOUR
        await sync_round(desk, force=True)
        assert _deal(desk, deal.id).spans[-1].outcome is Outcome.WON
        assert (await sync_round(desk, force=True)).written == 0


async def test_an_offer_date_of_ours_that_a_merge_brings_under_another_id_is_no_offer(crm, open_desk):
    async with open_desk(crm) as desk:
        await _ready(desk)
        deals = _rows(crm, "deals")
        dated = next(row for row in deals if row.properties.get("fn_offer_at"))
        kept = next(row for row in deals if not row.properties.get("fn_offer_at"))
        survivor = merge(crm.portal, BY_NAME["deals"], kept, dated, at=crm.clock())
        survivor.properties["fn_offer_at"] = dated.properties["fn_offer_at"]
        await sync_round(desk)
        with desk.store.snapshot() as unit:
            assert "offer_at" not in unit.mirror.deal("hubspot", survivor.id).fields
        assert (await sync_round(desk)).written == 0
