"""What documents promise is what the code does."""

import inspect
import re
from pathlib import Path

import pytest
from typer.main import get_command

from jobs.cli.app import app
from syncer import errors
from syncer.log import EVENTS

ROOT = Path(__file__).parents[2]
PRODUCT = ("jobs", "syncer", "connectors", "mappings")


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _sources():
    return [path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py")]


def test_both_example_environments_are_one():
    assert _text(".env.example") == _text("jobs/templates/env.example")


def test_the_example_names_exactly_the_variables_that_are_read():
    named = set(re.findall(r"^([A-Z_]+)=", _text(".env.example"), re.MULTILINE))
    code = "".join(_text(f"jobs/{name}.py") for name in ("environment", "access/credentials", "digest/settings"))
    read = set(re.findall(r'"((?:SYNCER|HUBSPOT|OTEL)_[A-Z_]+)"', code))
    assert named == read


def test_the_operations_page_lists_exactly_the_events_of_the_log():
    page = _text("docs/operations.md").partition("## Log events")[2].partition("##")[0]
    assert dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", page, re.MULTILINE)) == dict(EVENTS)


def test_every_event_that_is_logged_is_listed_and_every_listed_one_is_logged():
    code = "\n".join(path.read_text(encoding="utf-8") for path in _sources())
    logged = set(re.findall(r'_log\.\w+\(\s*"(\w+)"', code)) | set(re.findall(r'logging\.\w+, "(\w+)"', code))
    assert logged == set(EVENTS)


def _commands(tree, before=""):
    for name, command in tree.commands.items():
        yield before + name
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")


@pytest.mark.parametrize("page", ["README.md", "docs/operations.md"])
def test_every_command_that_a_page_shows_exists(page):
    known = set(_commands(get_command(app)))
    shown = set(re.findall(r"(?:^\s*|`)syncer (agreement [a-z]+|[a-z-]+)", _text(page), re.MULTILINE))
    assert shown
    assert shown <= known


@pytest.mark.parametrize(
    "kind", [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, errors.SyncerError)]
)
def test_every_error_says_what_it_means_and_what_the_worker_does(kind):
    assert kind.__doc__
    assert isinstance(kind.recovery, errors.Recovery)


def test_nothing_of_the_product_silences_a_check():
    marks = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:\s*no cover|ruff:)")
    found = [str(path.relative_to(ROOT)) for path in _sources() if marks.search(path.read_text(encoding="utf-8"))]
    assert found == []
