"""Plain data into the model; what does not fit becomes faults with paths, and the rest is still looked at."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from syncer.agreement.findings import Fault, is_inside
from syncer.agreement.forms import FORMS
from syncer.agreement.model import Agreement
from syncer.agreement.tree import Document, Node, Path, Plain
from syncer.errors import Problem
from syncer.meant import meant

Schema = Mapping[str, object]

_SHOULD_BE = "should be "
_NUMBERS = frozenset({"integer", "number"})
#: Beginning of pydantic's name for a fault, and how it is said.
_WORDS: Mapping[str, str] = {
    "missing": "is missing",
    "model": "should be a section with keys of its own",
    "dict": "should be a section with keys of its own",
    "tuple_type": "should be a list",
    "too_short": "should be at least {min_length} long",
    "string_type": "should be text",
    "string_too_short": "should be at least {min_length} long",
    "string_pattern": "should match {pattern}",
    "bool": "should be true or false",
    "int": "should be a whole number",
    "float": "should be a number",
    "decimal": "should be a number",
    "finite": "should be a number",
    "date": "should be a day such as 2026-12-01",
    "greater_than_equal": "should be at least {ge}",
    "greater_than": "should be more than {gt}",
    "less_than_equal": "should be at most {le}",
    "less_than": "should be less than {lt}",
}


def read_model(document: Document, default: Mapping[str, Plain]) -> tuple[Agreement, tuple[Problem, ...]]:
    """Return the agreement and what does not fit its structure; faulty parts are taken out of the document."""
    problems = _taken_out(document, tuple(_flags_for_numbers(document.root, ())))
    while True:
        try:
            return Agreement.model_validate(_completed(document.root.plain(), dict(default))), tuple(problems)
        except ValidationError as error:
            found = _taken_out(document, tuple(_faults(error.errors(include_url=False), document.root)))
            problems += [problem for problem in found if not _is_echo(problem, problems)]


def _taken_out(document: Document, faults: Sequence[Fault]) -> list[Problem]:
    """Return what is said of faulty parts, and take them out of the document."""
    found = [document.problem(fault.path, fault.message, fault.hint) for fault in faults]
    for fault in sorted(faults, key=lambda fault: [str(part).zfill(6) for part in fault.path], reverse=True):
        _prune(document.root, fault.path)
    return found


def _flags_for_numbers(node: Node, path: Path) -> Iterator[Fault]:
    """Yield every true or false where a number belongs: pydantic would take them for 1 and 0."""
    if isinstance(node.scalar, bool):
        kinds = {one.get("type") for one in _schemas_at(path)}
        if kinds & _NUMBERS and "boolean" not in kinds:
            yield Fault(path, _WORDS["float" if "number" in kinds else "int"])
    for key, child in (node.keys or {}).items():
        yield from _flags_for_numbers(child, (*path, key))
    for index, child in enumerate(node.items or ()):
        yield from _flags_for_numbers(child, (*path, index))


def _is_echo(problem: Problem, earlier: Sequence[Problem]) -> bool:
    """Say whether a problem only arose because a faulty part was taken out."""
    return any(is_inside(one.key or "", problem.key or "") for one in earlier)


def _completed(given: Plain, default: Plain, path: Path = ()) -> Plain:
    """Return the file's values, the default's where the file has none.

    Sections are completed key by key; lists, and mappings whose keys are free, are taken as the file has them. Named
    lists (`sets`) add to the default's. A section left empty is one left out.
    """
    if given == default or not isinstance(given, dict) or not isinstance(default, dict):
        return given
    if path != ("sets",) and not allowed_keys(path):
        return given
    completed = dict(default)
    for key, value in given.items():
        if value is not None or path or key not in allowed_keys(()):
            completed[key] = _completed(value, default.get(key), (*path, key))
    return completed


def _faults(errors: Sequence[ErrorDetails], root: Node) -> Iterator[Fault]:
    by_path: dict[Path, list[ErrorDetails]] = {}
    for error in errors:
        by_path.setdefault(_path(error, root), []).append(error)
    for path, found in by_path.items():
        if any(len(other) > len(path) and other[: len(path)] == path for other in by_path):
            # An alternative that was not meant: the fault inside the other one says more.
            continue
        unknown = [one for one in found if one["type"] == "extra_forbidden"]
        if unknown:
            yield _unknown_key(path)
        else:
            yield Fault(path, _form_at(path) if _is_no_text(found) else _message(found))


def _is_no_text(found: Sequence[ErrorDetails]) -> bool:
    return all(one["type"] == "string_type" for one in found)


def _form_at(path: Path) -> str:
    """Return what a text under a path should be."""
    patterns = (str(one.get("pattern")) for one in _schemas_at(path))
    return next((FORMS[pattern] for pattern in patterns if pattern in FORMS), _WORDS["string_type"])


def _path(error: ErrorDetails, root: Node) -> Path:
    """Return the part of pydantic's location that exists in the file; what is missing keeps its own name."""
    path: list[str | int] = []
    node = root
    for part in error["loc"]:
        child = node.child(part)
        if child is None:
            if error["type"] == "missing" and part == error["loc"][-1]:
                path.append(part)
            continue
        path.append(part)
        node = child
    return tuple(path)


def _message(found: Sequence[ErrorDetails]) -> str:
    """Return what is wrong with a part; where it may be one of several things, all of them."""
    told = list(dict.fromkeys(map(in_plain_words, found)))
    if len(told) == 1 or not all(one.startswith(_SHOULD_BE) for one in told):
        return "; ".join(told)
    names = [name for one in told for name in one.removeprefix(_SHOULD_BE).replace("' or '", "', '").split(", ")]
    return f"{_SHOULD_BE}{', '.join(names[:-1])} or {names[-1]}"


def in_plain_words(error: ErrorDetails) -> str:
    """Return pydantic's message in words that need no knowledge of Python."""
    form = FORMS.get(str(error.get("ctx", {}).get("pattern")))
    if form is not None:
        return form
    for kind, text in _WORDS.items():
        if error["type"].startswith(kind):
            facts = {
                name: f"{fact:.10g}" if isinstance(fact, float) else fact for name, fact in error.get("ctx", {}).items()
            }
            return text.format_map(facts)
    message = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return message[0].lower() + message[1:]


def _unknown_key(path: Path) -> Fault:
    allowed = sorted(allowed_keys(path[:-1]))
    hint = f"{meant(str(path[-1]), allowed)}allowed: {', '.join(allowed)}"
    return Fault(path, "unknown key", hint if allowed else None)


def _prune(root: Node, path: Path) -> None:
    """Take the part out; where it is missing, whatever lacks it. Each call makes the file smaller."""
    owner, part, node = root, path[0], root
    for step in path:
        child = node.child(step)
        if child is None:
            break
        owner, part, node = node, step, child
    owner.drop(part)


def allowed_keys(path: Iterable[str | int]) -> frozenset[str]:
    """Return the keys that may stand under a path; empty where any key may."""
    keys = [_mapping(one, "properties") for one in _schemas_at(path)]
    return frozenset(key for properties in keys for key in properties)


def _schemas_at(path: Iterable[str | int]) -> Sequence[Schema]:
    """Return the schemas that what stands under a path may have."""
    schemas = [_schema()]
    for part in path:
        schemas = [step for one in schemas for step in _step(one, part)]
    return schemas


def json_schema() -> dict[str, object]:
    """Return the JSON Schema of the file, for editors. No section is required: the packaged default stands in."""
    full = Agreement.model_json_schema(by_alias=True)
    full.pop("required", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **full, "title": "agreement.yaml"}


@cache
def _schema() -> Schema:
    return json_schema()


def _step(one: Schema, part: str | int) -> Iterator[Schema]:
    properties = _mapping(one, "properties")
    below = [*_mapping(one, "patternProperties").values(), one.get("additionalProperties")]
    if isinstance(part, int):
        listed = cast("Sequence[object]", one.get("prefixItems", ()))
        below = [*listed[part : part + 1], one.get("items")]
    elif part in properties:
        below = [properties[part]]
    for value in below:
        if isinstance(value, Mapping):
            yield from _variants(cast("Schema", value))


def _variants(one: Schema) -> Iterator[Schema]:
    """Yield a schema with its references followed and its alternatives side by side."""
    reference = one.get("$ref")
    if isinstance(reference, str):
        one = cast("Schema", _mapping(_schema(), "$defs")[reference.rpartition("/")[2]])
    yield one
    for alternative in cast("Sequence[Schema]", one.get("anyOf", ())):
        yield from _variants(alternative)


def _mapping(one: Schema, key: str) -> Mapping[str, object]:
    found = one.get(key, {})
    return cast("Mapping[str, object]", found) if isinstance(found, Mapping) else {}
