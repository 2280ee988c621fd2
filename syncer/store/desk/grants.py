"""What OAuth apps were granted: one row an account, its secret sealed by whoever keeps it."""

import orjson
from sqlalchemy import Connection, delete, select

from syncer.store.engines.dialect import dialect_of, raw
from syncer.store.tables import oauth_grants
from syncer.store.values import StoredGrant


def grant(connection: Connection, account: str) -> StoredGrant | None:
    """Return what is kept for an account, or None."""
    rows = raw(connection, select(*oauth_grants.columns).where(oauth_grants.c.account == account), {})
    if not rows:
        return None
    account, origin, sealed, obtained_at, renew_at, expires_at, portal_id, scopes = rows[0]
    return StoredGrant(
        account=account,
        origin=origin,
        sealed=sealed,
        obtained_at=obtained_at,
        renew_at=renew_at,
        expires_at=expires_at,
        portal_id=portal_id,
        scopes=None if scopes is None else tuple(orjson.loads(scopes)),
    )


def keep_grant(connection: Connection, kept: StoredGrant) -> None:
    """Keep a grant in place of the one before."""
    scopes = None if kept.scopes is None else orjson.dumps(list(kept.scopes)).decode()
    row = (
        kept.account,
        kept.origin,
        kept.sealed,
        kept.obtained_at,
        kept.renew_at,
        kept.expires_at,
        kept.portal_id,
        scopes,
    )
    dialect_of(connection).upsert(connection, oauth_grants, [row])


def drop_grant(connection: Connection, account: str) -> bool:
    """Forget a grant; return whether there was one."""
    return connection.execute(delete(oauth_grants).where(oauth_grants.c.account == account)).rowcount > 0
