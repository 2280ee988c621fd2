"""Every column of every table: personal or not, and how its place is emptied. A table that is not here fails a test.

Personal is what says something about one contact, or leads to one. Users of the CRM (owners) are staff, not contacts.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Table

from syncer.store import tables
from syncer.store.privacy.erasing import (
    Eraser,
    Whose,
    by_address,
    by_alias,
    by_contact,
    by_contact_or_address,
    by_deal,
    by_either_end,
    by_id,
    by_letter,
    by_participant,
    by_record,
    by_topic,
    delete_links,
    delete_rows,
    leave_activities,
    leave_deals,
    leave_stories,
)
from syncer.store.privacy.nobody import keep_answers, keep_contacts, keep_cycles, keep_events


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A table and its columns, sorted."""

    table: Table
    #: Columns that say something about a contact or lead to one.
    personal: Collection[str] = ()
    impersonal: Collection[str] = ()
    #: Which rows are about a person; None where nothing in the table is personal.
    whose: Whose | None = None
    eraser: Eraser = delete_rows


def _place(
    table: Table, personal: str = "", *, impersonal: str, whose: Whose | None = None, eraser: Eraser = delete_rows
) -> Place:
    return Place(table=table, personal=personal.split(), impersonal=impersonal.split(), whose=whose, eraser=eraser)


_DIGESTS = "gist fingerprint recorded_at"

#: In the order in which they are emptied: what others are found by goes last.
PLACES: tuple[Place, ...] = (
    _place(
        tables.evidence,
        "contact_id occurred_at id kind outcome fact",
        impersonal="account priority recorded_at voided_at",
        whose=by_contact,
    ),
    _place(
        tables.changes,
        "record_id at value source_id",
        impersonal="account kind property recorded_at source voided_at",
        whose=by_record,
    ),
    _place(
        tables.outbox,
        "key record_id value previous why decision",
        impersonal="account run kind property rule status attempts error changed_at",
        whose=by_record,
    ),
    _place(
        tables.dead_letters,
        "id record_id payload_ref problems",
        impersonal="account stream reason status attempts buried_at",
        whose=by_letter,
    ),
    _place(
        tables.stories,
        "id record_ids tellings",
        impersonal=f"account stream topic kind updated_at archived_at {_DIGESTS}",
        whose=by_topic,
        eraser=leave_stories,
    ),
    _place(tables.orphans, "email_key activity_id", impersonal="account stream", whose=by_address),
    _place(
        tables.activities,
        "id occurred_at subject asset outcome value contact_ids email_key joined_to",
        impersonal=f"account stream kind owner_id updated_at archived_at {_DIGESTS}",
        whose=by_participant,
        eraser=leave_activities,
    ),
    _place(
        tables.answers,
        "id contact_id answered_at",
        impersonal="account survey_id survey_type value fingerprint recorded_at",
        whose=by_contact,
        eraser=keep_answers,
    ),
    _place(
        tables.cycles,
        "contact_id deal_id started_at ended_at first_contact_at suspect_at inquiry_at mql_at sales_ready_at "
        "accepted_at rejected_at deal_at offer_at reopened_from reopened_to resume_at",
        impersonal="account cycle_no recorded_at type origin outcome reason reject_reason source campaign owner_id "
        "country industry grade cell recycled_from reopened_outcome agreement superseded_at",
        whose=by_contact,
        eraser=keep_cycles,
    ),
    _place(
        tables.stage_events,
        "contact_id occurred_at evidence",
        impersonal="account cycle_no seq recorded_at from_stage to_stage rule actor virtual agreement superseded_at",
        whose=by_contact,
        eraser=keep_events,
    ),
    _place(
        tables.inbox,
        "id record_id",
        impersonal="account stream deed occurred_at received_at status attempts settled_at",
        whose=by_letter,
    ),
    _place(tables.erasure_requests, "record_id", impersonal="account stream requested_at", whose=by_letter),
    _place(
        tables.notices,
        "key record_id crm_id",
        impersonal="account run form purpose kind at status attempts error sent_at changed_at",
        whose=by_record,
    ),
    _place(tables.dirty_contacts, "contact_id", impersonal="account generation", whose=by_contact),
    _place(
        tables.deal_states,
        "primary_contact_id contact_ids",
        impersonal="account deal_id created_at primary_by company_id owner_id deal_type source flags due_at agreement "
        "changed_at",
        whose=by_deal,
        eraser=leave_deals,
    ),
    _place(
        tables.links,
        "from_id to_id label is_primary",
        impersonal="account from_kind to_kind",
        whose=by_either_end,
        eraser=delete_links,
    ),
    _place(tables.aliases, "old_id new_id", impersonal="account kind recorded_at", whose=by_alias),
    _place(tables.addresses, "email_key contact_id", impersonal="account", whose=by_contact_or_address),
    _place(
        tables.contacts,
        "id email email_key first_name last_name company_id lifecycle lead_status campaign opted_out bounced "
        "created_at updated_at merged_into more_emails fields held gist fingerprint",
        impersonal="account owner_id source country archived_at recorded_at",
        whose=by_id,
        eraser=keep_contacts,
    ),
    _place(
        tables.contact_states,
        "contact_id stage since cycle_no relationship outcome fit engagement grade level cell action priority "
        "completeness basis sla_due_at overridden_until flags due_at changed_at",
        impersonal="account agreement",
        whose=by_contact,
    ),
    _place(
        tables.companies,
        impersonal="account id name domain industry employees country owner_id lifecycle created_at updated_at "
        f"archived_at merged_into fields held {_DIGESTS}",
    ),
    _place(
        tables.deals,
        impersonal="account id name pipeline_id stage_id amount currency close_date owner_id deal_type "
        "forecast_category probability lost_reason source created_at updated_at archived_at merged_into fields held "
        f"{_DIGESTS}",
    ),
    _place(
        tables.deal_spans,
        impersonal="account deal_id valid_from recorded_at valid_to pipeline_id pipeline_kind stage_id outcome rule "
        "reason amount currency close_date forecast_category probability offer_at month_pushes quarter_pushes "
        "slip_days proposal resume_at agreement superseded_at",
    ),
    _place(tables.company_states, impersonal="account company_id stage in_tam changed_at"),
    _place(tables.dirty_companies, impersonal="account company_id generation"),
    _place(tables.dirty_deals, impersonal="account deal_id generation"),
    _place(tables.owners, impersonal="account id email first_name last_name user_id team archived"),
    _place(
        tables.stages, impersonal="account pipeline_id stage_id pipeline_label label position is_closed probability"
    ),
    _place(
        tables.costs,
        impersonal="account id source campaign kind amount currency starts_at ends_at fingerprint recorded_at",
    ),
    _place(
        tables.accounts,
        impersonal="account portal_id time_zone currency account_type generation full_generation",
    ),
    _place(
        tables.oauth_grants,
        impersonal="account origin sealed obtained_at renew_at expires_at portal_id scopes",
    ),
    _place(
        tables.rates,
        impersonal="account origin currency into_currency first_day recorded_at last_day rate superseded_at",
    ),
    _place(tables.frozen_days, impersonal="account day as_of frozen_at agreement"),
    _place(
        tables.frozen_deals,
        impersonal="account deal_id first_day last_day owner_id promised pipeline_id pipeline_kind stage_id amount "
        "currency close_date forecast_category probability offer_at month_pushes quarter_pushes slip_days proposal",
    ),
    _place(
        tables.visits,
        impersonal="account day source definition sessions bounced timed seconds impressions clicks likes",
    ),
    _place(tables.absences, impersonal="account kind record_id archived_at times confirmed_at"),
    _place(tables.stage_stays, impersonal="account pipeline_id stage_id as_of p75_days n"),
    _place(tables.webhook_counts, impersonal="account outcome number last_at"),
    _place(tables.cursors, impersonal="account stream kind position"),
    _place(tables.runs, impersonal="account id job started_at ended_at status counts"),
    _place(tables.kpi_snapshots, impersonal="account run position kpi as_of row split"),
    _place(tables.tombstones, impersonal="account digest reason key_id erasure at"),
    _place(tables.erasures, impersonal="account id at actor reason counts wiped_at"),
)

BY_TABLE: Mapping[str, Place] = {str(place.table.name): place for place in PLACES}
