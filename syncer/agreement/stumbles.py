"""What a YAML parser stumbled over, in words that need no knowledge of YAML's grammar."""

from collections.abc import Mapping
from typing import Final

import yaml

#: What helps whoever wrote it by hand.
HINT: Final = "indent alike and with spaces; close every [, { and quote; put text with : or # into quotes"
#: What both of the library's parsers say, in part → what that is.
_SAID: Mapping[str, str] = {
    "mapping values are not allowed": "a colon where no key may stand",
    "',' or ']'": "a [ is not closed",
    "',' or '}'": "a { is not closed",
    "unexpected end of stream": "a quote is not closed",
    "cannot start any token": "a character that may begin no value",
    "'-' indicator": "a list and keys stand side by side",
    "expected key": "a key is indented unlike its neighbours",
    "<block end>": "a key is indented unlike its neighbours",
    "node content": "an unfinished value",
    "sequence entries are not allowed": "a list may not begin behind a key",
    "escape character": "double quotes around a backslash",
}


def stumble(error: yaml.MarkedYAMLError) -> str:
    """Return what is wrong; the parser's own words where no plainer ones are known."""
    said = str(error.problem)
    return next((plain for part, plain in _SAID.items() if part in said), said)
