"""Lets a person connect a portal to an OAuth app: the consent's address, and what comes back from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from secrets import token_urlsafe
from urllib.parse import parse_qs, urlsplit

from connectors.hubspot.oauth import AUTHORIZE_ADDRESS, RECONNECT, Grant, authorize_url, redeem
from connectors.hubspot.tokens import run
from jobs.access.credentials import OAuthAccess
from jobs.access.grants import endpoint_of, oauth_app, vault_of
from jobs.access.scopes import asked_scopes
from jobs.bootstrap import choose
from jobs.settings import Account, Settings
from syncer.errors import AuthFailed, ConfigError, Problem
from syncer.moments import Millis
from syncer.store import Store

_AGAIN = "run syncer connect again"
_ONCE = f"a code works once and for a few minutes: {_AGAIN}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Consent:
    """What a person is asked for. `state` tells the answer to this question from any other."""

    account: Account
    url: str
    redirect_url: str
    required: Sequence[str]
    optional: Sequence[str]
    state: str


def choose_app(settings: Settings, account: str | None) -> Account:
    """Return the account to connect: the named one, or the only one that uses OAuth."""
    if account is not None:
        chosen = choose(settings, account)
        _access(chosen)
        return chosen
    apps = [one for one in settings.accounts.values() if one.oauth is not None]
    if len(apps) == 1:
        return apps[0]
    raise _refused("no account uses OAuth" if not apps else f"name one: {', '.join(one.name for one in apps)}")


def _refused(message: str) -> ConfigError:
    hint = (
        "--account NAME; OAuth needs HUBSPOT_CLIENT_ID and HUBSPOT_CLIENT_SECRET in .env, or auth: oauth in syncer.yaml"
    )
    return ConfigError([Problem(key="--account", message=message, hint=hint)])


def ask_consent(account: Account) -> Consent:
    """Return the question to put to a person who may install apps in the portal."""
    access = _access(account)
    required, optional = asked_scopes(account)
    state = token_urlsafe(24)
    address = _consent_address(account.base_url)
    url = authorize_url(oauth_app(access), address=address, scopes=required, optional=optional, state=state)
    return Consent(
        account=account,
        url=url,
        redirect_url=access.redirect_url,
        required=required,
        optional=optional,
        state=state,
    )


def _consent_address(base_url: str) -> str:
    """Return where people are asked: HubSpot has an address of its own for that, a stand-in has one for everything."""
    host = urlsplit(base_url).hostname or ""
    return AUTHORIZE_ADDRESS if host.endswith((".hubapi.com", ".hubspot.com")) else base_url


def _access(account: Account) -> OAuthAccess:
    if account.oauth is None:
        raise _refused(f"account {account.name} uses an access token")
    return account.oauth


def code_of(query: str, state: str) -> str:
    """Return the code in the query, or in the whole address, to which HubSpot sent the person back.

    Raises ConfigError for an answer to another question, a refusal, or none at all; never repeats what it was given.
    """
    given = _given(query)
    if not is_answer(query, state):
        raise _unusable("that is no answer to this question", "open the address that was just printed")
    if "error" in given:
        raise _unusable("HubSpot, or the person asked, did not agree", f"a super admin of the portal may; {_AGAIN}")
    if not given.get("code"):
        raise _unusable("the address holds no code", "paste it whole, with everything behind the question mark")
    return given["code"]


def is_answer(query: str, state: str) -> bool:
    """Return whether a query, or a whole address, answers the question that carried this state."""
    return compare_digest(_given(query).get("state", "").encode(), state.encode())


def _given(query: str) -> Mapping[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(query).query or query).items()}


def _unusable(message: str, hint: str) -> ConfigError:
    return ConfigError([Problem(key="consent", message=message, hint=hint)])


def connect(settings: Settings, store: Store, consent: Consent, code: str, *, clock: Callable[[], Millis]) -> Grant:
    """Exchange the code and keep what was granted. Raises ConfigError where it opens another portal than before."""
    account = consent.account
    try:
        grant = run(redeem(oauth_app(_access(account)), code, clock()), endpoint_of(account))
    except AuthFailed as error:
        error.account = account.name
        error.hint = _ONCE if error.hint == RECONNECT else error.hint
        raise
    _refuse_other_portal(store, account, grant)
    vault = vault_of(settings, store, account)
    with vault.held():
        vault.save(grant)
    return grant


def _refuse_other_portal(store: Store, account: Account, grant: Grant) -> None:
    with store.snapshot() as unit:
        known = unit.desk.account(account.name)
    if known is None or known.portal_id is None or grant.portal_id in {None, known.portal_id}:
        return
    message = f"the database holds portal {known.portal_id}, the app was let into portal {grant.portal_id}"
    hint = "choose the right portal on HubSpot's page, or give the other one an account or a database of its own"
    raise ConfigError([Problem(key=f"accounts.{account.name}", message=message, hint=hint)])
