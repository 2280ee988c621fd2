import json

import pytest
import structlog

from syncer.log import LogFormat, configure_log, redact, scrub
from tests.processes import call


@pytest.fixture(autouse=True)
def restored():
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "text",
    [
        "token pat-na1-1234-abcd refused",
        "Authorization: Bearer abc.def",
        "postgresql://user:geheim@host/db is down",
        "anna.muster@firma.example already exists",
        "GET http://localhost:8418/oauth/callback?state=1&code=geheim-1",
        "grant_type=refresh_token&refresh_token=geheim-2&client_secret=geheim-3",
        "refused eu1-0b7d1c2e-94d0-1c82-2ba6-0123456789ab",
    ],
)
def test_secrets_and_addresses_are_taken_out_of_any_text(text):
    cleaned = scrub(text)
    secrets = ("pat-na1-1234-abcd", "abc.def", "geheim", "anna.muster@firma.example", "0b7d1c2e", "0123456789ab")
    for secret in secrets:
        assert secret not in cleaned


def test_keys_that_name_a_secret_or_a_person_are_hidden_at_any_depth():
    event = redact(
        None, "info", {"event": "x", "token": "t", "nested": {"email": "a@b.example", "record": "7"}, "n": 3}
    )
    assert event == {"event": "x", "token": "[hidden]", "nested": {"email": "[hidden]", "record": "7"}, "n": 3}


def test_an_absent_secret_stays_absent():
    assert redact(None, "info", {"event": "x", "token": None})["token"] is None


def test_json_lines_carry_level_time_and_fields(capsys):
    configure_log(LogFormat.JSON)
    structlog.get_logger().warning("record_buried", stream="deals", record="9", reason="a@b.example")
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "record_buried"
    assert (line["level"], line["stream"], line["record"]) == ("warning", "deals", "9")
    assert line["timestamp"].endswith("Z")
    assert "a@b.example" not in json.dumps(line)


_TELLING = """
import asyncio, gc, logging, threading
from syncer.log import LogFormat, configure_log

class Refused(Exception):
    pass

def fail():
    raise Refused("DETAIL: Failing row contains (Anna Muster)")

async def left_alone():
    fail()

async def main():
    task = asyncio.create_task(left_alone())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()

for _ in range(2):
    configure_log(LogFormat.JSON)
asyncio.run(main())
thread = threading.Thread(target=fail, name="door")
thread.start()
thread.join()
logging.getLogger("some.driver").warning("row of %s", "Anna Muster")
logging.getLogger("some.driver").info("row of %s", "Anna Muster")
"""


def test_what_libraries_and_threads_say_is_told_without_their_words():
    done = call(_TELLING)
    assert "Muster" not in done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert {one["event"] for one in lines} == {"library_warned"}
    assert [(one["library"], one["error"]) for one in lines] == [
        ("asyncio", "Refused"),
        ("thread door", "Refused"),
        ("some.driver", None),
    ]
