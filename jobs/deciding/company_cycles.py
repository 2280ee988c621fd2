"""Deciding the cycles that stand in companies' names: those of deals without a contact (domain R15)."""

from collections.abc import Collection, Mapping, Sequence

from syncer.funnel import Rules
from syncer.funnel.company_cycles import cycles_of_company
from syncer.funnel.facts import Cycle
from syncer.moments import Millis
from syncer.store import Unit


def company_cycles(
    unit: Unit, account: str, companies: Collection[str], rules: Rules, as_of: Millis
) -> Mapping[str, Sequence[Cycle]]:
    """Return the companies' own cycles by their deals as they stand in the ledger; none for one without such deals."""
    deals = unit.ledger.deals_alone(account, companies)
    wanted = {ident for ids in deals.values() for ident in ids}
    decided = {one.deal_id: one for one in unit.ledger.deal_decisions(account, wanted)} if wanted else {}
    return {
        company: cycles_of_company(
            company, [decided[ident] for ident in deals.get(company, ())], rules=rules, as_of=as_of
        )
        for company in sorted(companies)
    }
