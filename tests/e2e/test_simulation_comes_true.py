"""What a simulation says of a draft is what happens once both teams sign it."""

from collections import defaultdict
from dataclasses import replace

import pytest

from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.server import running
from jobs.deciding.derive import derive
from jobs.deciding.simulate import Trial, simulate
from jobs.rounds import backfill_round
from syncer.agreement import InForce, Role, load_agreement, sign
from syncer.moments import moment
from syncer.store import open_store
from tests.databases import new_database
from tests.e2e.conftest import Crm
from tests.e2e.rebuilding import LEDGER, Clock, held, portal_of

#: Where each tells a simulation from what comes of it: the seed of the portal, and the draft.
DRAFTS = {
    "lower thresholds": (5, "score_model: {thresholds: {level: {1: 30, 2: 20, 3: 10}}}"),
    "questions that decide at once": (1, "closed_other: {propose: {auto_apply_after_grace: true, grace_days: 0}}"),
    "contacts chosen anew": (5, "stages: {primary_labels: [], lost_to_tam_days: 0, suspect_expiry_days: 3650}"),
    "two clicks in a year raise the hand": (
        5,
        "stages: {repeated_visits: {events: [newsletter_click, page_view], days: 2, within_days: 365}}",
    ),
    "stages that mean something else": (5, "pipelines: {'*': {closed_other_stages: [contractsent]}}"),
}


def _stages(path):
    return {row["contact_id"]: row["stage"] for row in held(path)["contact_states"]}


def _moves(before, after):
    found = defaultdict(set)
    for ident, stage in after.items():
        if before[ident] != stage:
            found[before[ident], stage].add(ident)
    return found


@pytest.mark.parametrize(("seed", "text"), DRAFTS.values(), ids=DRAFTS)
async def test_a_signed_draft_does_what_its_simulation_said(open_desk, tmp_path, seed, text):
    clock, path, file = Clock(), tmp_path / "a.db", tmp_path / "draft.yaml"
    file.write_text(text)
    account = portal_of(150, seed, clock)
    with running(account, limits=UNLIMITED) as server:
        crm = Crm(portal=account, server=server, clock=clock)
        store = open_store(new_database(path))
        async with open_desk(crm, store=store) as desk:
            await backfill_round(desk)
            before = {name: held(path)[name] for name in LEDGER}
            found = await simulate(desk, Trial(draft=load_agreement(file), weeks=52))
            assert held(path) == before
            stood = _stages(path)
            for role in Role:
                sign(file, role=role, by="m", at=moment(clock.now).date())
            signed = load_agreement(file)
            later = replace(desk, agreement=InForce(agreement=signed))
            await derive(later)
            again = await simulate(later, Trial(draft=signed, weeks=52))
        store.close()
    assert {move: set(who) for move, who in found.moved.items()} == _moves(stood, _stages(path))
    assert found.moved
    assert again.moved == {}
    assert (again.before.handed, again.before.stages) == (found.after.handed, found.after.stages)
