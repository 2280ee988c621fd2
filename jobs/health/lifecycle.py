"""What is to be said of an account's lifecycle values and lead statuses."""

from collections.abc import Sequence

from jobs.desk import Desk, Portal
from jobs.health.findings import Finding, Level
from jobs.names import rules_for
from syncer.agreement import Agreement
from syncer.records import Kind
from syncer.writeback import DEFAULT_ORDER, LEAD_STATUS, LIFECYCLE

#: Role → the key under each stage of `lifecycle_map`.
_KEYS = {LIFECYCLE: "lifecyclestage", LEAD_STATUS: "hs_lead_status"}


def lifecycle_findings(desk: Desk, portal: Portal) -> Sequence[Finding]:
    """Return values that the agreement writes and the account lacks, and values of the account that say nothing."""
    agreement, offered = desk.agreement.agreement, portal.options.get(Kind.CONTACT, {})
    names = rules_for(agreement).names[Kind.CONTACT]
    found = []
    for role, key in _KEYS.items():
        name = names.get(role, "")
        lacking = _written(agreement, key) - set(offered.get(name, ())) if name in offered else set()
        if lacking:
            found.append(_not_offered(desk.name, name, sorted(lacking)))
    told = {*DEFAULT_ORDER, *agreement.custom_lifecycle, *_written(agreement, _KEYS[LIFECYCLE])}
    silent = set(offered.get(names.get(LIFECYCLE, ""), ())) - told
    return [*found, _silent(desk.name, sorted(silent))] if silent else found


def _written(agreement: Agreement, key: str) -> set[str]:
    stages = (stage for _, stage in agreement.lifecycle_map)
    return {value for stage in stages if (value := getattr(stage, key)) is not None}


def _not_offered(account: str, name: str, values: Sequence[str]) -> Finding:
    return _note(
        account,
        f"contacts.{name} has no option {', '.join(values)}: stages that mean it are not written there",
        "map them to values that there are, or to null, in agreement.yaml: lifecycle_map",
    )


def _silent(account: str, values: Sequence[str]) -> Finding:
    return _note(
        account,
        f"nobody says what lifecycle {', '.join(values)} means",
        "name the stage that it stands for in agreement.yaml: custom_lifecycle",
    )


def _note(account: str, what: str, remedy: str) -> Finding:
    return Finding(level=Level.NOTE, area=account, what=what, remedy=remedy, is_by_agreement=True)
