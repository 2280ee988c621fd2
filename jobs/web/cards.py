"""Lists that a narrow screen shows card by card: each cell is told what its column is called."""

import re

_HEAD = re.compile(r"<thead>(.*?)</thead>", re.DOTALL)
_ROW = re.compile(r"(<tr\b[^>]*>)(.*?)(</tr>)", re.DOTALL)
_CELL = re.compile(r"<(th|td)\b([^>]*)>(.*?)</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_NOTHING = frozenset({"", "–"})


def labelled(table: str) -> str:
    """Return a table of the templates with the head of its column at each cell; cells that say nothing are marked."""
    # A filter's block is written as it is: what stands in it was escaped, and nothing is unescaped here.
    found = _HEAD.search(table)
    if found is None:
        return table
    heads = [_text(cell[2]) for cell in _CELL.findall(found[1])]
    body = _ROW.sub(lambda row: f"{row[1]}{_told(row[2], heads)}{row[3]}", table[found.end() :])
    return f"{table[: found.end()]}{body}"


def _told(row: str, heads: list[str]) -> str:
    names = iter(heads)

    def cell(found: re.Match[str]) -> str:
        head = next(names, "")
        said = f' data-head="{head}"' if head and found[1] == "td" else ""
        none = " data-none" if found[1] == "td" and _text(found[3]) in _NOTHING and "<svg" not in found[3] else ""
        return f"<{found[1]}{found[2]}{said}{none}>{found[3]}</{found[1]}>"

    return _CELL.sub(cell, row)


def _text(markup: str) -> str:
    return _TAG.sub("", markup).strip()
