"""Which scopes an account's configuration asks for, and what its users lose without each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from connectors.hubspot.exports import SCOPE as EXPORT
from connectors.hubspot.scopes import READS, schema_scope, write_scope
from jobs.modes import BackfillMode
from jobs.settings import Account
from jobs.switches import HandoverForm
from syncer.records import Kind

#: What is lost where a stream cannot be read.
LOST: Mapping[str, str] = {
    "contacts": "everything: stages, scores and figures are those of contacts",
    "companies": "company size and industry in the score, the TAM and company stages",
    "deals": "opportunities, outcomes, amounts and the forecast",
    "owners": "who is meant by an owner: response times and figures by owner, so the account is not read",
    "pipelines": "what a deal stage means, so the account is not read",
    "calls": "calls as evidence that sales has been in touch",
    "emails": "1:1 e-mails as evidence that sales has been in touch, and replies",
    "meetings": "meetings as evidence and as events of the score",
    "notes": "notes as evidence that sales has worked on a contact",
    "tasks": "tasks as evidence that sales has worked on a contact",
    "communications": "WhatsApp, LinkedIn and SMS messages as evidence",
    "leads": "acceptance and disqualification of leads with their reasons",
    "quotes": "quotes as evidence of an offer; deal stages and dates stand in",
    "feedback_submissions": "NPS and other survey figures",
    "campaigns": "spend: cost per lead and per customer come from agreement.yaml and imported files alone",
    "exchange_rates": "amounts in other currencies, unless their rates are imported: syncer rates import",
    "form_submissions": "which form was filled in: demo and offer requests as events of the score",
    "email_clicks": "clicks in marketing e-mails as events of the score; HubSpot's counts stand in",
    "page_views": "which page was viewed as events of the score; HubSpot's counts stand in",
}
_WRITES = "stage, score and outcome do not reach the {kind} of the CRM"
_SCHEMAS = "syncer setup --apply cannot create the properties of {kind}; a person has to"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """One scope, what it is for, and what is lost without it."""

    scope: str
    purpose: str
    lost: str
    #: A portal without it cannot be worked with as configured.
    is_required: bool


def wanted_scopes(account: Account) -> Sequence[Wanted]:
    """Return what an account's streams and its write-back ask for, the required first."""
    kinds = [kind for kind in Kind if _is_chosen(account, kind)]
    needed = {*kinds, "owners", *(("pipelines",) if Kind.DEAL in kinds else ())}
    streams = [one for one in READS if one in needed or _is_chosen(account, one)]
    found = [
        Wanted(scope=scope, purpose=f"read {one}", lost=LOST[one], is_required=one in needed)
        for one in streams
        for scope in READS[one]
    ]
    if account.write_back:
        found += [_wanted(write_scope(kind), f"write {kind}", _WRITES.format(kind=kind)) for kind in kinds]
        found += [
            _wanted(schema_scope(kind), f"create properties of {kind}", _SCHEMAS.format(kind=kind)) for kind in kinds
        ]
    if account.backfill is BackfillMode.EXPORTS:
        lost = "nothing but calls: lists are read instead, a hundred records a call"
        found.append(Wanted(scope=EXPORT, purpose="export whole streams", lost=lost, is_required=False))
    return sorted([*found, *_notices(account)], key=lambda one: not one.is_required)


def _is_chosen(account: Account, stream: str) -> bool:
    return not account.streams or stream in account.streams


def _notices(account: Account) -> Sequence[Wanted]:
    """Return what the notes and tasks ask for that the account is to get."""
    found = []
    if account.handover is not HandoverForm.NONE:
        scope = write_scope(f"{account.handover}s")
        found.append(_wanted(scope, f"create a {account.handover} at each hand-over", "sales gets no hand-over card"))
    if account.proposals:
        lost = "nobody is asked whether a deal is postponed"
        found.append(_wanted(write_scope("tasks"), "create tasks for proposals", lost))
    if account.resumes:
        lost = "nobody is told that a postponed sale comes back"
        found.append(_wanted(write_scope("tasks"), "create tasks for returning sales", lost))
    if account.escalations:
        lost = "nobody hears of leads that nobody touched in time"
        found.append(_wanted(write_scope("tasks"), "create tasks for missed times", lost))
    return found


def _wanted(scope: str, purpose: str, lost: str) -> Wanted:
    return Wanted(scope=scope, purpose=purpose, lost=lost, is_required=True)


def asked_scopes(account: Account) -> tuple[Sequence[str], Sequence[str]]:
    """Return the scopes that a consent must bring, and those that a portal may lack."""
    wanted = wanted_scopes(account)
    required = dict.fromkeys(["oauth", *(one.scope for one in wanted if one.is_required)])
    return list(required), list(dict.fromkeys(one.scope for one in wanted if one.scope not in required))


def lacking(account: Account, granted: Collection[str]) -> Sequence[Wanted]:
    """Return what a grant does not cover."""
    return [one for one in wanted_scopes(account) if one.scope not in granted]
