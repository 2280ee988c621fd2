import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import pytest

from syncer.agreement import default_text, json_schema
from syncer.agreement.model import Agreement
from syncer.agreement.tree import Node, read_document

DOC = Path(__file__).parents[3] / "docs" / "agreement.md"
SCHEMA = json_schema()
#: Sections whose keys the document writes with the section's name before them, since two share a heading.
SHARED = {"tam", "icp", "sets", "fields", "reasons", "reason_tests", "offer_evidence", "forecast", "custom_lifecycle"}
#: Parts that the document explains once for all their places.
SAME = (
    (re.compile(r"^agreement\.sales_goal\."), "agreement.marketing_goal."),
    (re.compile(r"\.rules\[\]\.decay\.|negative\[\]\.decay\."), ".engagement.default_decay."),
    (re.compile(r"^score_model\.\S*\.label\."), "score_model.fit.groups.*.rules[].label."),
    (re.compile(r"^lifecycle_map\.\w+\.(\w+)$"), r"lifecycle_map.*.\1"),
)


def variants(schema: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    named = cast("Mapping[str, Mapping[str, object]]", SCHEMA["$defs"])
    followed = named[str(schema["$ref"]).rpartition("/")[2]] if "$ref" in schema else schema
    yield followed
    for one in cast("list[Mapping[str, object]]", followed.get("anyOf", [])):
        yield from variants(one)


def fields(schema: Mapping[str, object], path: str = "") -> Iterator[str]:
    """Yield every key of the file: `.*` stands for a free key, `[]` for an item of a list."""
    for one in variants(schema):
        for key, value in cast("Mapping[str, Mapping[str, object]]", one.get("properties", {})).items():
            yield (inner := f"{path}.{key}".removeprefix("."))
            yield from fields(value, inner)
        free = [*cast("Mapping[str, object]", one.get("patternProperties", {})).values()]
        for below in (*free, one.get("additionalProperties")):
            if isinstance(below, Mapping):
                yield from fields(below, f"{path}.*")
        if isinstance(one.get("items"), Mapping):
            yield from fields(cast("Mapping[str, object]", one["items"]), f"{path}[]")


def documented() -> set[str]:
    found: set[str] = set()
    section = ""
    for line in DOC.read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"## `(\w+)`", line):
            section = heading[1]
        elif line.startswith("## "):
            section = ""
        elif section and (row := re.match(r"\| `([^`]+)` \|", line)):
            key = row[1]
            top = re.split(r"[.\[]", key)[0]
            own = "" if top in SHARED or key.startswith("[") or not section else f"{section}."
            found.add(section + key if key.startswith("[") else own + key)
    return found


def expected() -> set[str]:
    names = set()
    for field in fields(SCHEMA):
        name = field
        for pattern, replacement in SAME:
            if pattern.search(name):
                name = re.sub(r"^.*\.decay\.", "score_model.engagement.default_decay.", name)
                name = pattern.sub(replacement, name) if ".default_decay." not in name else name
        if "." in name or "[" in name:
            names.add(name)
    return names


def test_every_key_of_the_models_is_documented_and_no_other() -> None:
    bare = {name for name in documented() if name in Agreement.model_fields}
    assert documented() - bare == expected()


def test_every_section_is_documented() -> None:
    text = DOC.read_text(encoding="utf-8")
    assert [name for name in Agreement.model_fields if f"`{name}`" not in text] == []


def sections(schema: Mapping[str, object], node: Node, path: str = "") -> Iterator[str]:
    """Yield every key that a section may have and the file does not, leaving lists and free keys aside."""
    for one in variants(schema):
        for key, value in cast("Mapping[str, Mapping[str, object]]", one.get("properties", {})).items():
            child = node.child(key)
            if child is None:
                yield f"{path}.{key}".removeprefix(".")
            elif child.keys is not None:
                yield from sections(value, child, f"{path}.{key}")


#: Written where they differ from `always`.
_WHEN = re.compile(r"lifecycle_map\.\w+\.\w+_when")


def test_default_file_has_every_key() -> None:
    root = read_document(default_text(), "default.yaml").root
    assert [key for key in sections(SCHEMA, root) if not _WHEN.fullmatch(key)] == []
    events = root.child("events")
    assert events is not None
    assert events.items is not None
    assert set(events.items[0].keys or {}) == {"event", "kinds", "match", "outcomes", "except_outcomes"}


@pytest.mark.parametrize("name", ["lifecycle_map", "write_back", "stages", "calendar", "offer_evidence", "forecast"])
def test_defaults_of_the_models_are_those_of_the_file(name: str) -> None:
    packaged = Agreement.model_validate({"events": [], "score_model": {"matrix": {}}, "reasons": [_REASON]})
    from_file = read_document(default_text(), "default.yaml").root.child(name)
    assert from_file is not None
    section = getattr(packaged, name)
    written = type(section).model_validate(from_file.plain())
    if name == "stages":
        # Events need names of their own; what came later is off in what was signed before.
        written = written.model_copy(update={"hard_conversions": (), "repeated_visits": None})
    assert written == section


_REASON = {"code": "x", "outcome": "lost", "re": ""}


def test_default_file_explains_itself_and_how_to_sign() -> None:
    text = default_text()
    assert text.count("#") > 60
    assert "syncer agreement sign --role marketing" in text


def test_schema_asks_for_no_section_and_knows_every_one() -> None:
    assert "required" not in SCHEMA
    assert set(cast("Mapping[str, object]", SCHEMA["properties"])) == set(Agreement.model_fields)
    assert SCHEMA["additionalProperties"] is False
