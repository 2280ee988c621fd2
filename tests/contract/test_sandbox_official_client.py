"""HubSpot's own client library drives the sandbox."""

from collections.abc import Iterator

import pytest
from hubspot import HubSpot
from hubspot.crm.associations import v4 as links
from hubspot.crm.companies import SimplePublicObjectInputForCreate as NewCompany
from hubspot.crm.contacts import (
    ApiException,
    BatchInputSimplePublicObjectBatchInput,
    BatchInputSimplePublicObjectBatchInputForCreate,
    BatchInputSimplePublicObjectBatchInputUpsert,
    BatchInputSimplePublicObjectId,
    BatchReadInputSimplePublicObjectId,
    PublicGdprDeleteInput,
    PublicMergeInput,
    PublicObjectSearchRequest,
    SimplePublicObjectBatchInput,
    SimplePublicObjectBatchInputForCreate,
    SimplePublicObjectBatchInputUpsert,
    SimplePublicObjectId,
    SimplePublicObjectInput,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.objects import SimplePublicObjectInputForCreate as NewObject
from hubspot.crm.properties import (
    BatchInputPropertyCreate,
    OptionInput,
    PropertyCreate,
    PropertyGroupCreate,
    PropertyGroupUpdate,
    PropertyUpdate,
)

from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.server import running
from connectors.sandbox.state import Habits, Portal

PEOPLE = [
    {"type": "contacts", "id": str(id_), "properties": {"email": f"p{id_}@b.example"}, "createdAt": "2026-01-01"}
    for id_ in range(101, 351)
]
OTHERS: list[dict[str, object]] = [
    {"type": "owners", "id": "12", "email": "o@b.example", "firstName": "O", "userId": 9},
    {"type": "companies", "id": "7", "properties": {"name": "Sieben"}, "createdAt": "2026-01-01"},
    {
        "type": "deals",
        "id": "30",
        "properties": {"dealname": "D", "dealstage": "closedwon", "pipeline": "default", "amount": "9"},
        "createdAt": "2026-01-01",
        "associations": [{"to": "companies", "id": "7", "primary": True}],
    },
    {
        "type": "feedback_submissions",
        "id": "60",
        "properties": {"hs_value": "9", "hs_survey_type": "NPS"},
        "createdAt": "2026-01-01",
        "associations": [{"to": "contacts", "id": "101"}],
    },
]


@pytest.fixture
def portal() -> Portal:
    portal = Portal(habits=Habits(index_lag=0))
    portal.load([*PEOPLE, *OTHERS])
    return portal


@pytest.fixture
def client(portal: Portal) -> Iterator[HubSpot]:
    with running(portal, limits=UNLIMITED) as server:
        client = HubSpot(access_token="pat-eu1-test", host=server.base_url)
        yield client
        client.config.clear()


def test_contacts_can_be_listed_to_the_end(client: HubSpot) -> None:
    everybody = client.crm.contacts.get_all(properties=["email"])

    assert len({contact.id for contact in everybody}) == 250
    assert everybody[0].properties["email"] == "p101@b.example"


def test_one_contact_can_be_created_read_changed_and_archived(client: HubSpot) -> None:
    api = client.crm.contacts.basic_api
    created = api.create(SimplePublicObjectInputForCreate(properties={"email": "new@b.example"}, associations=[]))

    api.update(created.id, SimplePublicObjectInput(properties={"firstname": "New"}))
    read = api.get_by_id("new@b.example", id_property="email", properties_with_history=["firstname"])
    api.archive(created.id)

    assert read.id == created.id
    assert read.properties_with_history["firstname"][0].source_type == "INTEGRATION"
    assert read.created_at.tzinfo is not None
    with pytest.raises(ApiException) as caught:
        api.get_by_id(created.id)
    assert caught.value.status == 404


def test_contact_batches_work(client: HubSpot) -> None:
    api = client.crm.contacts.batch_api
    new = SimplePublicObjectBatchInputForCreate(properties={"email": "new@b.example"}, associations=[])

    created = api.create(BatchInputSimplePublicObjectBatchInputForCreate(inputs=[new])).results[0]
    change = SimplePublicObjectBatchInput(id=created.id, properties={"firstname": "New"})
    updated = api.update(BatchInputSimplePublicObjectBatchInput(inputs=[change])).results[0]
    upsert = SimplePublicObjectBatchInputUpsert(id="new@b.example", id_property="email", properties={"lastname": "N"})
    upserted = api.upsert(BatchInputSimplePublicObjectBatchInputUpsert(inputs=[upsert])).results[0]
    inputs = [SimplePublicObjectId(id=id_) for id_ in (created.id, "101")]
    read = api.read(
        BatchReadInputSimplePublicObjectId(inputs=inputs, properties=["firstname"], properties_with_history=["email"])
    )
    api.archive(BatchInputSimplePublicObjectId(inputs=[SimplePublicObjectId(id=created.id)]))

    assert updated.properties["firstname"] == "New"
    assert upserted.new is False
    assert {record.id for record in read.results} == {created.id, "101"}


def test_a_partial_batch_read_is_understood(client: HubSpot) -> None:
    inputs = [SimplePublicObjectId(id="101"), SimplePublicObjectId(id="1")]

    answer = client.crm.contacts.batch_api.read(
        BatchReadInputSimplePublicObjectId(inputs=inputs, properties=[], properties_with_history=[])
    )

    assert (answer.status, answer.num_errors) == ("COMPLETE", 1)
    assert answer.errors[0].category == "OBJECT_NOT_FOUND"


def test_contacts_can_be_searched(client: HubSpot) -> None:
    answer = client.crm.contacts.search_api.do_search(
        PublicObjectSearchRequest(
            filter_groups=[{"filters": [{"propertyName": "email", "operator": "EQ", "value": "p101@b.example"}]}],
            sorts=["hs_object_id"],
            properties=["email"],
            limit=10,
        )
    )

    assert (answer.total, answer.results[0].id) == (1, "101")


def test_conflicts_and_refusals_are_the_clients_own_errors(client: HubSpot) -> None:
    api = client.crm.contacts.basic_api

    with pytest.raises(ApiException) as conflict:
        api.create(SimplePublicObjectInputForCreate(properties={"email": "p101@b.example"}, associations=[]))
    with pytest.raises(ApiException) as invalid:
        api.update("101", SimplePublicObjectInput(properties={"nonsense": "1"}))

    assert (conflict.value.status, invalid.value.status) == (409, 400)
    assert "Existing ID: 101" in conflict.value.body


def test_companies_and_deals_work(client: HubSpot) -> None:
    company = client.crm.companies.basic_api.create(NewCompany(properties={"name": "Neu"}, associations=[]))
    deal = client.crm.deals.basic_api.get_by_id("30", properties=["hs_is_closed_won"], associations=["companies"])

    assert company.properties["lifecyclestage"] == "lead"
    assert deal.properties["hs_is_closed_won"] == "true"
    assert deal.associations["companies"].results[0].id == "7"
    assert [record.id for record in client.crm.companies.get_all()] == ["7", company.id]


@pytest.mark.parametrize("kind", ["calls", "emails", "meetings", "notes", "tasks", "communications"])
def test_activities_are_objects(client: HubSpot, kind: str) -> None:
    more = {
        "emails": {"hs_email_direction": "EMAIL"},
        "communications": {"hs_communication_channel_type": "SMS"},
    }.get(kind, {})
    to_contact = {"calls": 194, "emails": 198, "meetings": 200, "notes": 202, "tasks": 204, "communications": 81}[kind]
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": to_contact}]
    new = NewObject(
        properties={"hs_timestamp": "2026-01-05T10:00:00Z", **more},
        associations=[{"to": {"id": "101"}, "types": types}],
    )

    id_ = client.crm.objects.basic_api.create(kind, new).id
    page = client.crm.objects.basic_api.get_page(kind, limit=10, associations=["contacts"])

    assert page.results[0].id == id_
    assert page.results[0].associations["contacts"].results[0].id == "101"


def test_survey_answers_are_objects(client: HubSpot) -> None:
    answer = client.crm.objects.basic_api.get_page("feedback_submissions", properties=["hs_value"])

    assert answer.results[0].properties["hs_value"] == "9"


def test_associations_are_read_and_written(client: HubSpot) -> None:
    api = client.crm.associations.v4.batch_api
    spec = links.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=279)
    pair = links.PublicAssociationMultiPost(_from={"id": "101"}, to={"id": "7"}, types=[spec])

    api.create("contacts", "companies", links.BatchInputPublicAssociationMultiPost(inputs=[pair]))
    inputs = [links.PublicFetchAssociationsBatchRequest(id=id_) for id_ in ("101", "102")]
    answer = api.get_page("contacts", "companies", links.BatchInputPublicFetchAssociationsBatchRequest(inputs=inputs))
    gone = links.PublicAssociationMultiArchive(_from={"id": "101"}, to=[{"id": "7"}])
    api.archive("contacts", "companies", links.BatchInputPublicAssociationMultiArchive(inputs=[gone]))
    one = client.crm.associations.v4.basic_api
    one.create_default("contacts", "101", "companies", "7")
    page = one.get_page("contacts", "101", "companies")
    labels = client.crm.associations.v4.schema.definitions_api.get_all("contacts", "companies")

    assert answer.results[0].to[0].association_types[0].type_id == 279
    assert answer.errors[0].category == "OBJECT_NOT_FOUND"
    assert str(page.results[0].to_object_id) == "7"
    assert {label.type_id for label in labels.results} == {1, 279}


def test_properties_and_groups_are_created_and_changed(client: HubSpot) -> None:
    groups, core = client.crm.properties.groups_api, client.crm.properties.core_api
    groups.create("contacts", PropertyGroupCreate(name="own", label="Own", display_order=-1))
    options = [OptionInput(label="A", value="a", display_order=0, hidden=False)]
    choice = PropertyCreate(
        name="cell", label="Cell", type="enumeration", field_type="select", group_name="own", options=options
    )
    number = PropertyCreate(name="fit", label="Fit", type="number", field_type="number", group_name="own")

    core.create("contacts", choice)
    client.crm.properties.batch_api.create("contacts", BatchInputPropertyCreate(inputs=[number]))
    core.update("contacts", "fit", PropertyUpdate(label="Fitness"))
    groups.update("contacts", "own", PropertyGroupUpdate(label="Eigene"))
    core.archive("contacts", "cell")

    assert core.get_by_name("contacts", "fit").label == "Fitness"
    assert groups.get_by_name("contacts", "own").label == "Eigene"
    assert "cell" not in {item.name for item in core.get_all("contacts").results}
    assert core.get_by_name("contacts", "hs_object_id").modification_metadata.read_only_value is True


def test_pipelines_and_owners_are_read(client: HubSpot) -> None:
    pipelines = client.crm.pipelines.pipelines_api.get_all("deals").results
    stages = client.crm.pipelines.pipeline_stages_api.get_all("deals", "default").results
    owners = client.crm.owners.get_all()

    assert pipelines[0].stages[0].metadata["probability"] == "0.2"
    assert [stage.id for stage in stages][-2:] == ["closedwon", "closedlost"]
    assert [owner.email for owner in owners] == ["o@b.example"]
    assert client.crm.owners.owners_api.get_by_id("12").user_id == 9


def test_contacts_are_merged_and_erased(client: HubSpot) -> None:
    merge = PublicMergeInput(primary_object_id="101", object_id_to_merge="102")
    survivor = client.crm.contacts.basic_api.merge(merge)
    client.crm.contacts.basic_api.purge(PublicGdprDeleteInput(object_id="103"))

    assert client.crm.contacts.basic_api.get_by_id("102").id == survivor.id
    with pytest.raises(ApiException):
        client.crm.contacts.basic_api.get_by_id("103")
