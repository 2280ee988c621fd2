"""Where OAuth grants lie: in the store, sealed; the configured refresh token is only where a chain begins."""

from contextlib import AbstractContextManager
from hashlib import sha256

import msgspec

from connectors.hubspot.oauth import App, Grant, seed
from connectors.hubspot.tokens import TokenEndpoint
from connectors.hubspot.versions import versions_with
from jobs.access.credentials import OAuthAccess
from jobs.settings import Account, Settings
from syncer.errors import Bug
from syncer.moments import Millis
from syncer.sealing import Seal, Sealer
from syncer.store import Store, StoredGrant


class _Secrets(msgspec.Struct):
    access_token: str
    refresh_token: str


def oauth_app(access: OAuthAccess) -> App:
    """Return the app as the connector knows it."""
    secret = access.client_secret.get_secret_value()
    return App(client_id=access.client_id, client_secret=secret, redirect_url=access.redirect_url)


def endpoint_of(account: Account) -> TokenEndpoint:
    """Return the token address of an account."""
    return TokenEndpoint(base_url=account.base_url, path=versions_with(account.versions).token())


def vault_of(settings: Settings, store: Store, account: Account) -> "StoreVault":
    """Return where an account's grant lies."""
    return StoreVault(store, account, Sealer([key.get_secret_value() for key in settings.encryption_keys]))


class StoreVault:
    """One account's grant in the store.

    A kept grant counts as long as it descends from the app, the address and the refresh token that are configured
    now: whoever changes one of them begins anew, and no token of one address is ever sent to another.
    """

    def __init__(self, store: Store, account: Account, sealer: Sealer) -> None:
        if account.oauth is None:
            raise Bug("an account without OAuth has no grant", account=account.name)
        self._store = store
        self._name = account.name
        self._sealer = sealer
        first = account.oauth.refresh_token
        self._first = None if first is None else first.get_secret_value()
        parts = (account.oauth.client_id, account.base_url, self._first or "")
        self._origin = sha256("\0".join(parts).encode()).hexdigest()

    def held(self) -> AbstractContextManager[None]:
        """Hold the grant until the block ends, against every other thread and process."""
        return self._store.token_lock(self._name)

    def load(self) -> Grant | None:
        """Return the newest grant, or None where the account is not connected.

        Raises ConfigError where no key opens it.
        """
        kept = self.kept()
        if kept is None:
            return None if self._first is None else seed(self._first)
        secrets = msgspec.json.decode(self._sealer.open(kept.sealed), type=_Secrets)
        return Grant(
            access_token=secrets.access_token,
            refresh_token=secrets.refresh_token,
            obtained_at=Millis(kept.obtained_at),
            renew_at=Millis(kept.renew_at),
            expires_at=Millis(kept.expires_at),
            portal_id=kept.portal_id,
            scopes=kept.scopes,
        )

    def kept(self) -> StoredGrant | None:
        """Return what the store holds of the present app, address and configured token, unopened."""
        with self._store.snapshot() as unit:
            found = unit.desk.grant(self._name)
        return found if found is not None and found.origin == self._origin else None

    def seal(self, kept: StoredGrant) -> Seal:
        """Return how a grant is sealed. Raises ConfigError where no key opens it."""
        return self._sealer.state(kept.sealed)

    def save(self, grant: Grant) -> None:
        """Make a grant durable, sealed with the newest key."""
        secrets = _Secrets(access_token=grant.access_token, refresh_token=grant.refresh_token)
        kept = StoredGrant(
            account=self._name,
            origin=self._origin,
            sealed=self._sealer.seal(msgspec.json.encode(secrets).decode()),
            obtained_at=grant.obtained_at,
            renew_at=grant.renew_at,
            expires_at=grant.expires_at,
            portal_id=grant.portal_id,
            scopes=grant.scopes,
        )
        with self._store.commit() as unit:
            unit.desk.keep_grant(kept)
