"""`syncer webhooks` as a person types it."""

import json

from syncer.store import open_store
from tests.e2e.hooking import listening, receive

MORE = {
    "SYNCER_PUBLIC_URL": "https://syncer.firma.example",
    "HUBSPOT_CLIENT_SECRET": "s",
    "HUBSPOT_DEVELOPER_API_KEY": "k",
}
TARGET = "https://syncer.firma.example/webhooks/hubspot/hubspot"


def test_what_to_subscribe_to_is_shown_and_written_and_made(serve, run, tmp_path):
    crm = serve(contacts=20)
    run(crm, "setup", "--apply")
    shown = run(crm, "webhooks", "show", **MORE)
    assert (shown.returncode, TARGET in shown.stdout) == (0, True)
    assert "crm.objects.deals.read" in shown.stdout
    (wish,) = json.loads(run(crm, "webhooks", "show", "--json", **MORE).stdout)
    names = {(one["type"], one["property"]) for one in wish["subscriptions"]}
    assert names >= {("deal.propertyChange", "dealstage"), ("deal.propertyChange", "fn_outcome")}
    # What only we write tells nothing, and neither does what HubSpot computes.
    assert not {name for _, name in names} & {"fn_priority", "fn_cell", "lastmodifieddate", "hs_is_closed"}

    (tmp_path / "project").mkdir()
    written = run(crm, "webhooks", "apply", "--project", str(tmp_path / "project"), **MORE)
    assert written.returncode == 0
    file = json.loads((tmp_path / "project/src/app/webhooks/syncer-hsmeta.json").read_text(encoding="utf-8"))
    assert file["config"]["settings"]["targetUrl"] == TARGET

    made = json.loads(run(crm, "webhooks", "apply", "--app-id", "7", "--json", **MORE).stdout)
    assert made["created"] == len(names) == len(crm.portal.subscriptions["7"])
    again = run(crm, "webhooks", "apply", "--app-id", "7", **MORE)
    assert f"0 subscriptions made, 0 switched on, {len(names)} were there" in again.stdout


def test_what_lacks_is_asked_for(serve, run, tmp_path):
    crm = serve(contacts=20)
    for arguments, key in (
        (("apply", "--app-id", "7", "--project", "."), "takes --project FOLDER, --app-id ID or --journal"),
        (("apply", "--app-id", "7"), "HUBSPOT_DEVELOPER_API_KEY"),
        (("apply", "--project", str(tmp_path)), "SYNCER_PUBLIC_URL"),
    ):
        done = run(crm, "webhooks", *arguments)
        assert done.returncode == 2
        assert key in done.stderr
    done = run(crm, "webhooks", "apply", "--project", str(tmp_path / "nowhere"), **MORE)
    assert (done.returncode, "is no folder" in done.stderr) == (2, True)


def test_what_waits_is_drained_by_hand(serve, run, tmp_path):
    crm = serve(contacts=20)
    assert "no webhook waits" in run(crm, "webhooks", "drain").stdout
    run(crm, "setup", "--apply")
    assert run(crm, "sync").returncode in {0, 3}
    row = next(one for one in crm.portal.tables["contacts"].live() if not one.properties.get("hs_lead_status"))
    with listening(crm) as told:
        crm.portal.edit_as_user("contacts", row.id, {"hs_lead_status": "IN_PROGRESS"})
        store = open_store(f"sqlite:///{tmp_path / 'syncer.db'}")
        receive(store, crm, told)
        store.close()
    drained = json.loads(run(crm, "webhooks", "drain", "--json").stdout)
    assert (drained["looked_at"], drained["waiting"]) == (1, 0)
    assert drained["written"] > 0
    assert json.loads(run(crm, "webhooks", "drain", "--json").stdout)["looked_at"] == 0


def test_a_sandbox_that_cannot_sign_sends_nothing(run):
    done = run(None, "sandbox", "--webhooks", "http://127.0.0.1:9/webhooks/hubspot", "--secret-env", "NOT_SET")
    assert done.returncode == 2
    assert "NOT_SET is not set" in done.stderr
