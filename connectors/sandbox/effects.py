"""What the CRM fills in by itself when a record changes: stage dates, closing, sums, counts."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from connectors.sandbox.definitions import stage_word
from connectors.sandbox.holdings import Holdings
from connectors.sandbox.kinds import Kind
from connectors.sandbox.links import primary
from connectors.sandbox.records import Stage
from connectors.sandbox.rows import Row
from connectors.sandbox.values import parsed_moment
from syncer.moments import DAY, Millis, iso

_FLAG = {True: "true", False: "false"}
#: By kind, the property whose values are stages with dates of their own.
STAGED: Mapping[str, str] = {
    "contacts": "lifecyclestage",
    "companies": "lifecyclestage",
    "deals": "dealstage",
    "leads": "hs_pipeline_stage",
}


def born(portal: Holdings, kind: Kind, id_: str, given: Mapping[str, str], source_id: str | None) -> dict[str, str]:
    """Return what a new record has although nobody asked for it."""
    found = {"hs_object_source": "INTEGRATION", "hs_object_source_label": "INTEGRATION"}
    if source_id:
        found["hs_object_source_id"] = source_id
    if kind.name == "contacts":
        found |= {
            "lifecyclestage": "lead",
            "hs_all_contact_vids": id_,
            "hs_currently_enrolled_in_prospecting_agent": "false",
            "hs_is_contact": "true",
            "hs_is_unworked": "true",
            "hs_membership_has_accessed_private_content": "0",
            "hs_pipeline": "contacts-lifecycle-pipeline",
            "hs_registered_member": "0",
            "num_notes": "0",
        }
    if kind.name == "companies":
        found |= {"lifecyclestage": "lead", "hs_pipeline": "companies-lifecycle-pipeline"}
        found |= {"website": given["domain"]} if "domain" in given else {}
    if kind.name == "deals":
        found |= {"pipeline": next(p.id for p in portal.pipelines.values() if p.kind == "deals")}
    return found


def follow(portal: Holdings, kind: Kind, row: Row, before: Mapping[str, str | None], *, at: Millis) -> None:
    """Fill in what follows from a change; `before` holds the former values of what was written."""
    held = row.properties
    staged = STAGED.get(kind.name)
    if staged is not None and staged in before and before[staged] != held.get(staged):
        stamp_stage(kind, row, before[staged], held.get(staged), at=at)
    if "hubspot_owner_id" in before and held.get("hubspot_owner_id") != before["hubspot_owner_id"]:
        held["hubspot_owner_assigneddate"] = iso(at) or ""
    if kind.name == "contacts":
        name_contact(row)
    if kind.name == "deals":
        _close(portal, row, before, at=at)
        refresh_deal(portal, row)
    if held.get("hs_task_status") == "COMPLETED" and before.get("hs_task_status", "COMPLETED") != "COMPLETED":
        held["hs_task_completion_date"] = iso(at) or ""


def stamp_stage(kind: Kind, row: Row, old: str | None, new: str | None, *, at: Millis) -> None:
    """Set the dates of leaving one stage and entering another."""
    stamp = iso(at) or ""
    if old:
        row.properties[f"hs_v2_date_exited_{stage_word(old)}"] = stamp
    if new:
        row.properties[f"hs_v2_date_entered_{stage_word(new)}"] = stamp
        if kind.name in {"contacts", "companies"}:
            row.properties[f"hs_lifecyclestage_{new}_date"] = stamp
        if kind.name == "deals":
            row.properties["hs_v2_date_entered_current_stage"] = stamp


def name_contact(row: Row) -> None:
    """Set what follows from a contact's name and address."""
    held = row.properties
    address = held.get("email", "")
    held["hs_full_name_or_email"] = " ".join(filter(None, (held.get("firstname"), held.get("lastname")))) or address
    if "@" in address:
        held["hs_email_domain"] = address.rpartition("@")[2]


def _close(portal: Holdings, row: Row, before: Mapping[str, str | None], *, at: Millis) -> None:
    stage = stage_of(portal, row)
    moved = "dealstage" in before and before["dealstage"] != row.properties.get("dealstage")
    dated = "closedate" in before and row.properties.get("closedate")
    if portal.habits.stamps_close_date and moved and not dated and stage is not None and stage.closed:
        row.properties["closedate"] = iso(at) or ""


def stage_of(portal: Holdings, row: Row) -> Stage | None:
    """Return the stage a deal is in, or None where its pipeline does not know it."""
    pipeline = portal.pipelines.get(row.properties.get("pipeline", ""))
    wanted = row.properties.get("dealstage")
    return next((stage for stage in pipeline.stages if stage.id == wanted), None) if pipeline else None


def refresh_deal(portal: Holdings, row: Row) -> None:
    """Compute a deal's read-only figures from its stage, amount and dates."""
    held = row.properties
    stage = stage_of(portal, row)
    probability = stage.probability if stage else None
    closed = stage is not None and stage.closed
    held["hs_is_closed"] = _FLAG[closed]
    held["hs_is_closed_won"] = _FLAG[closed and probability == 1]
    held["hs_is_closed_lost"] = _FLAG[closed and probability == 0]
    if probability is not None:
        held["hs_deal_stage_probability"] = str(probability)
    created, ended = (parsed_moment(held.get(name, "")) for name in ("createdate", "closedate"))
    if created is not None and ended is not None:
        held["days_to_close"] = str(max(0, (ended - created) // DAY))
    _refresh_money(portal, held, won=closed and probability == 1, probability=probability)


def _refresh_money(portal: Holdings, held: dict[str, str], *, won: bool, probability: float | None) -> None:
    amount = _decimal(held.get("amount"))
    if amount is None:
        return
    currency = held.get("deal_currency_code", portal.account.currency)
    rate = 1.0 if currency == portal.account.currency else portal.account.rates.get(currency, 1.0)
    home = amount * Decimal(str(rate))
    held["amount_in_home_currency"] = str(home)
    held["hs_closed_amount"] = str(amount) if won else "0"
    if probability is not None:
        held["hs_projected_amount"] = str(amount * Decimal(str(probability)))
    chance = _decimal(held.get("hs_forecast_probability"))
    if chance is not None:
        held["hs_forecast_amount"] = str(amount * chance)


def _decimal(value: str | None) -> Decimal | None:
    try:
        number = Decimal(value or "")
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def recount(portal: Holdings, pairs: Iterable[tuple[str, str]]) -> None:
    """Compute what records (kind, id) say about their links. Change times stay: associations bump nothing."""
    for kind, id_ in pairs:
        row = portal.tables[kind].rows.get(id_)
        if row is None:
            continue
        portal.touch(kind, id_)
        for other in _COUNTED.get(kind, ()):
            count = len(portal.links.of(kind, id_, other))
            if count or f"num_associated_{other}" in row.properties:
                row.properties[f"num_associated_{other}"] = str(count)
        if kind == "contacts":
            _set_company(portal, row)


_COUNTED: Mapping[str, tuple[str, ...]] = {
    "contacts": ("deals",),
    "companies": ("contacts", "deals"),
    "deals": ("contacts",),
}


def _set_company(portal: Holdings, row: Row) -> None:
    first = primary("contacts", "companies")
    linked = portal.links.of("contacts", row.id, "companies")
    company = next((id_ for id_, types in linked.items() if first in types), None)
    if company:
        row.properties["associatedcompanyid"] = company
    elif linked or "associatedcompanyid" in row.properties:
        row.properties.pop("associatedcompanyid", None)
