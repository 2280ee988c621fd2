"""How sessions of our own reach the server: like the engine's, shown by a name, given up where a network is silent."""

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Engine

CONNECT_S = 10
#: Compiling the KPI queries takes longer than running them.
_OPTIONS = "-c jit=off"
_WIRE = {"keepalives_idle": "5", "keepalives_interval": "2", "keepalives_count": "3", "tcp_user_timeout": "5000"}


def options_of(url: URL) -> str:
    """Return the options of every session: ours, and after them those of the address, which therefore win."""
    told = url.query.get("options", ())
    return " ".join([_OPTIONS, *([told] if isinstance(told, str) else told)])


def conninfo_of(engine: Engine, name: str) -> str:
    """Return what the driver connects by, password included; the server's views show the session by `name`."""
    _, named = engine.dialect.create_connect_args(engine.url)
    known = {key: str(value) for key, value in named.items() if isinstance(value, str | int)}
    ours = {"application_name": name, "connect_timeout": str(CONNECT_S), "options": options_of(engine.url)}
    return make_conninfo(**known | _WIRE | ours)
