"""The address a server listens on is taken, or refused with what to do."""

import pytest

from connectors.listening import listening
from syncer.errors import ConfigError


def test_a_free_port_is_found() -> None:
    with listening("127.0.0.1", 0) as listener:
        assert listener.getsockname()[1] > 0


def test_a_taken_port_is_refused_with_the_remedy() -> None:
    with listening("127.0.0.1", 0) as listener:
        listener.listen()
        with pytest.raises(ConfigError) as refused:
            listening("127.0.0.1", listener.getsockname()[1])
    assert "in use" in str(refused.value)
    assert "another --port" in str(refused.value)


def test_a_host_that_is_not_this_machine_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"--port: cannot listen on 192\.0\.2\.1:0"):
        listening("192.0.2.1", 0)
