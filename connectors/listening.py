"""Takes the address that a server is to listen on before anything else is begun."""

import socket

from syncer.errors import ConfigError, Problem


def listening(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address, any free port for 0; ConfigError where another listens or it is not ours.

    Nobody can connect before a server listens on it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        what = f"cannot listen on {host}:{port}: {error.strerror or error}"
        hint = "another --port, or end what listens there; --host is an address of this machine"
        raise ConfigError([Problem(key="--port", message=what, hint=hint)]) from None
    return listener
