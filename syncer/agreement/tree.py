"""YAML text into plain data whose every part knows its line. No tags, anchors or duplicate keys; bounded in size."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import yaml

from syncer.agreement.stumbles import HINT, stumble
from syncer.errors import AgreementError, Problem

_MAX_BYTES = 1_000_000
_MAX_DEPTH = 20
_MAX_NODES = 50_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Scalar = str | int | float | bool | None
Plain = Scalar | list["Plain"] | dict[str, "Plain"]
#: Keys and indices from the top to one part.
Path = tuple[str | int, ...]

#: What YAML does not let stand in a text.
_UNPRINTABLE = re.compile(r"[^\x09\x0A\x0D\x20-\x7E\x85\xA0-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
#: Longer numbers are none that anybody counts with.
_INTEGER = re.compile(r"[-+]?(0|[1-9]\d{0,30})")
_FLOAT = re.compile(r"[-+]?(\d+\.\d*|\.\d+|\d+)([eE][-+]?\d+)?")
_WORDS: dict[str, Scalar] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A stretch of the text: 0-based lines and columns, the end excluded."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(kw_only=True, slots=True)
class Node:
    """One part of the file: a scalar, a list or a mapping."""

    place: Place
    scalar: Scalar = None
    items: "list[Node] | None" = None
    keys: "dict[str, Node] | None" = None
    #: Written in one piece: `[...]`, `{...}` or a scalar.
    is_flow: bool = True
    #: Where the keys of a mapping stand.
    key_places: dict[str, Place] = field(default_factory=dict)
    #: Index within the list as written.
    number: int = 0

    def child(self, part: str | int) -> "Node | None":
        """Return the part under a key or index; None where there is none."""
        if self.keys is not None:
            return self.keys.get(str(part))
        if self.items is not None and isinstance(part, int) and 0 <= part < len(self.items):
            return self.items[part]
        return None

    def drop(self, part: str | int) -> None:
        """Take out the part under a key or index; its siblings keep their lines and numbers."""
        if self.items is not None:
            self.items.pop(int(part))
        else:
            (self.keys or {}).pop(str(part), None)

    def plain(self) -> Plain:
        """Return the part as plain data."""
        if self.keys is not None:
            return {key: node.plain() for key, node in self.keys.items()}
        if self.items is not None:
            return [node.plain() for node in self.items]
        return self.scalar


@dataclass(kw_only=True, slots=True)
class Document:
    """A file as read: its root and what is wrong with the YAML itself."""

    file: str
    root: Node
    problems: list[Problem]

    def has(self, path: Sequence[str | int]) -> bool:
        """Say whether the file itself has a part under a path."""
        node: Node | None = self.root
        for part in path:
            node = None if node is None else node.child(part)
        return node is not None

    def problem(self, path: Sequence[str | int], message: str, hint: str | None = None) -> Problem:
        """Return a problem with a part: its 1-based line, or that of its nearest ancestor that exists."""
        node: Node | None = self.root
        line, key = self.root.place.line, ""
        for part in path:
            child = None if node is None else node.child(part)
            if node is not None and child is not None:
                line = (node.key_places.get(str(part)) or child.place).line
            number = child.number if child is not None else part
            key += f"[{number}]" if isinstance(part, int) else f".{part}"
            node = child
        return Problem(message=message, file=self.file, line=line + 1, key=key.removeprefix(".") or None, hint=hint)


def read_document(text: str, file: str) -> Document:
    """Return the parts of a YAML text; AgreementError where it cannot be read as one mapping."""
    unprintable = _UNPRINTABLE.search(text)
    if unprintable is not None:
        raise AgreementError([_no_text(text, unprintable, file)])
    if len(text.encode()) > _MAX_BYTES:
        raise AgreementError([Problem(message="is too large", file=file, hint=f"at most {_MAX_BYTES} bytes")])
    builder = _Builder(file)
    try:
        root = builder.build(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        raise AgreementError([_no_yaml(error, text, file)]) from error
    if root is _EMPTY:
        hint = "write: section: ..., or delete the file: without it the defaults run"
        raise AgreementError([Problem(message="is empty", file=file, line=1, hint=hint)])
    if root.keys is None:
        raise AgreementError(
            [Problem(message="is no mapping", file=file, line=root.place.line + 1, hint="write: section: ...")]
        )
    return Document(file=file, root=root, problems=builder.problems)


def _no_text(text: str, found: re.Match[str], file: str) -> Problem:
    """Return where a character stands that YAML does not let stand: a control character or half a pair."""
    line = text.count("\n", 0, found.start()) + 1
    hint = f"take out U+{ord(found[0]):04X}"
    return Problem(message="is no YAML: a character that may not stand here", file=file, line=line, hint=hint)


def _no_yaml(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    """Return what the parser stumbled over, and where; a tab is called by its name."""
    mark = error.problem_mark or error.context_mark
    line = None if mark is None else mark.line + 1
    if line is not None and "\t" in _indent(text, line):
        hint = "YAML wants spaces; set your editor so"
        return Problem(message="is no YAML: a tab indents this line", file=file, line=line, hint=hint)
    return Problem(message=f"is no YAML: {stumble(error)}", file=file, line=line, hint=HINT)


def _indent(text: str, line: int) -> str:
    lines = text.splitlines()
    shown = lines[line - 1] if line <= len(lines) else ""
    return shown[: len(shown) - len(shown.lstrip())]


class _Builder:
    """Builds nodes from the parser's events, counting as it goes."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._count = 0
        self.problems: list[Problem] = []

    def build(self, events: Iterator[yaml.Event]) -> Node:
        """Return the root of the first document; a second one is a problem."""
        root = _EMPTY
        seen = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                seen += 1
                if seen > 1:
                    self._refuse("a second document", event, "one document per file")
                    break
            elif isinstance(event, yaml.NodeEvent):
                root = self._node(event, events, 1)
        return root

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        self._count += 1
        if depth > _MAX_DEPTH or self._count > _MAX_NODES:
            raise AgreementError(
                [
                    Problem(
                        message="is nested too deeply or has too many parts",
                        file=self._file,
                        line=_line(event),
                        hint=f"at most {_MAX_DEPTH} levels and {_MAX_NODES} parts",
                    )
                ]
            )
        self._check_plain(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, events, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, events, depth)
        return Node(place=_place(event, event), scalar=_scalar(event))

    def _sequence(self, start: yaml.SequenceStartEvent, events: Iterator[yaml.Event], depth: int) -> Node:
        items: list[Node] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            item = self._node(event, events, depth + 1)
            item.number = len(items)
            items.append(item)
        return Node(place=_place(start, event), items=items, is_flow=bool(start.flow_style))

    def _mapping(self, start: yaml.MappingStartEvent, events: Iterator[yaml.Event], depth: int) -> Node:
        keys: dict[str, Node] = {}
        places: dict[str, Place] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._key(event, events, depth)
            if key in keys:
                self._refuse(f"key {key!r} stands here twice", event, "once per mapping")
            places[key] = _place(event, event)
            keys[key] = self._node(next(events), events, depth + 1)
        return Node(place=_place(start, event), keys=keys, key_places=places, is_flow=bool(start.flow_style))

    def _key(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> str:
        if isinstance(event, yaml.ScalarEvent):
            self._check_plain(event)
            return str(event.value)
        self._refuse("a key that is no text", event, "text as key")
        self._node(event, events, depth + 1)
        return ""

    def _check_plain(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self._refuse(
                "anchors and aliases (& and *) are not allowed", event, "write the value out, or quote the text"
            )
        if getattr(event, "tag", None):
            self._refuse("tags (!) are not allowed", event, "quote the text if it starts with !")

    def _refuse(self, message: str, event: yaml.Event, hint: str) -> None:
        self.problems.append(Problem(message=message, file=self._file, line=_line(event), hint=hint))


_EMPTY = Node(place=Place(line=0, column=0, end_line=0, end_column=0))


def _place(start: yaml.Event, end: yaml.Event) -> Place:
    line, column = _point(start.start_mark)
    end_line, end_column = _point(end.end_mark)
    return Place(line=line, column=column, end_line=end_line, end_column=end_column)


def _point(mark: object) -> tuple[int, int]:
    return getattr(mark, "line", 0), getattr(mark, "column", 0)


def _line(event: yaml.Event) -> int:
    return 1 + _place(event, event).line


def _scalar(event: yaml.Event) -> Scalar:
    """Return a scalar by the rules of YAML 1.2: no sexagesimals, and `no` is a text."""
    if not isinstance(event, yaml.ScalarEvent):
        return None
    text: str = event.value
    if event.style not in {None, ""}:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
