"""Every table of the store, by name. Declared in the modules whose names end in `_tables`."""

from sqlmodel import SQLModel

from syncer.store.desk_tables import (
    accounts,
    cursors,
    dead_letters,
    dirty_companies,
    dirty_contacts,
    dirty_deals,
    kpi_snapshots,
    oauth_grants,
    outbox,
    runs,
)
from syncer.store.inbox_tables import erasure_requests, inbox, webhook_counts
from syncer.store.ledger_tables import (
    company_states,
    contact_states,
    cycles,
    deal_spans,
    deal_states,
    stage_events,
)
from syncer.store.mirror_tables import (
    activities,
    addresses,
    aliases,
    answers,
    changes,
    companies,
    contacts,
    costs,
    deals,
    evidence,
    links,
    orphans,
    owners,
    stages,
)
from syncer.store.money_tables import frozen_days, frozen_deals, rates
from syncer.store.notice_tables import notices
from syncer.store.privacy_tables import erasures, tombstones
from syncer.store.rule_tables import absences, stage_stays
from syncer.store.story_tables import stories
from syncer.store.visit_tables import visits

#: All tables, as migrations must produce them.
metadata = SQLModel.metadata

__all__ = [
    "absences",
    "accounts",
    "activities",
    "addresses",
    "aliases",
    "answers",
    "changes",
    "companies",
    "company_states",
    "contact_states",
    "contacts",
    "costs",
    "cursors",
    "cycles",
    "dead_letters",
    "deal_spans",
    "deal_states",
    "deals",
    "dirty_companies",
    "dirty_contacts",
    "dirty_deals",
    "erasure_requests",
    "erasures",
    "evidence",
    "frozen_days",
    "frozen_deals",
    "inbox",
    "kpi_snapshots",
    "links",
    "metadata",
    "notices",
    "oauth_grants",
    "orphans",
    "outbox",
    "owners",
    "rates",
    "runs",
    "stage_events",
    "stage_stays",
    "stages",
    "stories",
    "tombstones",
    "visits",
    "webhook_counts",
]
