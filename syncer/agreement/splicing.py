"""Parts of a file's text replaced, every other character kept."""

from syncer.agreement.tree import Node, Place

#: 0-based line and column.
Position = tuple[int, int]


def spliced(text: str, start: Position, end: Position, replacement: str) -> str:
    """Return the text with what stands between two positions replaced; line ends follow the file's own."""
    lines = text.splitlines(keepends=True) or [""]
    before = "".join(lines[: start[0]]) + lines[start[0]][: start[1]]
    after = lines[end[0]][end[1] :] + "".join(lines[end[0] + 1 :])
    ending = "\r\n" if lines[0].endswith("\r\n") else "\n"
    return before + replacement.replace("\n", ending) + after


def end_of(place: Place) -> Position:
    """Return where a part ends."""
    return place.end_line, place.end_column


def last_end(node: Node) -> Position:
    """Return where a part really ends; the parser ends a block only at the next thing after it."""
    if node.is_flow:
        return end_of(node.place)
    return max(last_end(child) for child in (*(node.items or ()), *(node.keys or {}).values()))
