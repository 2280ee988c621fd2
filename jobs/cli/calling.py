"""How a call is read, and how its help and its mistakes are told: in the language that was asked for."""

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

from typer import TyperException
from typer.core import TyperArgument, TyperOption

from jobs.cli.tongue import OPTION, asked_language
from jobs.wording.calls import HELP_FRAME
from jobs.wording.command_helps import COMMAND_HELPS
from jobs.wording.command_summaries import SUMMARIES
from jobs.wording.option_helps import OPTION_HELPS

if TYPE_CHECKING:
    from typer import Context
    from typer.core import TyperCommand, TyperGroup

_NAME, _HELP = "syncer", "--help"
#: What pydantic says to programmers, and the same to people.
_PLAIN = {
    "should be a valid integer, unable to parse string as an integer": "should be a whole number",
    "should be a valid number, unable to parse string as a number": "should be a number",
}


def call(group: "TyperGroup", given: Sequence[str]) -> int:
    """Run the command that the words name and return its exit code."""
    is_german = asked_language() == "de"
    _give_texts(group, is_german=is_german)
    words = placed(group, given, default="de" if is_german else None)
    try:
        code = _helped(group, words, is_german=is_german) if _asks_help(group, words) else _run(group, words)
    except TyperException as error:
        _say_mistake(error, " ".join((_NAME, *words[: _named(group, words)[1]])), is_german=is_german)
        return error.exit_code
    return code if isinstance(code, int) else 0


def placed(group: "TyperGroup", given: Sequence[str], *, default: str | None = None) -> Sequence[str]:
    """Return the words with the language behind the command, wherever it stood; helps and groups take none.

    `default` is the language of a call that names none.
    """
    words = list(given)
    lang = _taken_out(words) or ([] if default is None else [OPTION, default])
    command, depth = _named(group, words)
    if not lang or _asks_help(group, words) or hasattr(command, "commands"):
        return words
    return [*words[:depth], *lang, *words[depth:]]


def _taken_out(words: list[str]) -> Sequence[str]:
    """Take the language out of the words and return it."""
    for place, word in enumerate(words):
        count = 2 if word == OPTION and len(words) > place + 1 else 1
        if word == OPTION or word.startswith(f"{OPTION}="):
            taken = words[place : place + count]
            del words[place : place + count]
            return taken
        if word == "--":
            break
    return ()


def _named(group: "TyperGroup", words: Sequence[str]) -> "tuple[TyperCommand | TyperGroup, int]":
    """Return the command that the first words name, and how many words that takes."""
    found: TyperCommand | TyperGroup = group
    for depth, word in enumerate(words):
        inner = getattr(found, "commands", {}).get(word)
        if inner is None:
            return found, depth
        found = inner
    return found, len(words)


def _asks_help(group: "TyperGroup", words: Sequence[str]) -> bool:
    command, depth = _named(group, words)
    return _HELP in words or (hasattr(command, "commands") and depth == len(words))


def _run(group: "TyperGroup", words: Sequence[str]) -> object:
    return group.main(args=list(words), prog_name=_NAME, standalone_mode=False)


def _helped(group: "TyperGroup", words: Sequence[str], *, is_german: bool) -> object:
    """Print a help: its texts are ours, what stands around them is the library's."""
    out, err = io.StringIO(), io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            return _run(group, words)
    except TyperException as error:
        err.write(f"{error.format_message()}\n")
        return error.exit_code
    finally:
        for stream, text in ((sys.stdout, out.getvalue()), (sys.stderr, err.getvalue())):
            stream.write(_framed(text) if is_german else text)


def _framed(text: str) -> str:
    for english, german in HELP_FRAME.values():
        text = text.replace(english, german)
    return text


def _say_mistake(error: TyperException, command: str, *, is_german: bool) -> None:
    said = error.format_message().replace("Input should", "should")
    for hard, plain in _PLAIN.items():
        said = said.replace(hard, plain)
    # What the parser refuses names no command.
    place: Context | None = getattr(error, "ctx", None)
    usage = "" if place is None else f"{place.get_usage()}\n"
    try_help, told = (HELP_FRAME[name][is_german] for name in ("try_help", "error"))
    if is_german:
        usage, said = _framed(usage), _spoken(said)
    sys.stderr.write(f"{usage}{try_help.format(command=command)}\n\n{told.format(what=said)}\n")


def _spoken(said: str) -> str:
    from jobs.wording.sentences import spoken

    return spoken(said, "de")


def _give_texts(group: "TyperGroup", *, is_german: bool) -> None:
    """Give every command its line in the list; in German its help and those of its options too."""
    german = dict(OPTION_HELPS.values())
    for path, one in _walked(group, ()):
        if path in SUMMARIES:
            one.short_help = SUMMARIES[path][is_german]
        if not is_german:
            continue
        one.help = COMMAND_HELPS[path][1] if path in COMMAND_HELPS else one.help
        for option in one.params:
            if isinstance(option, TyperOption | TyperArgument) and option.help in german:
                option.help = german[option.help]


def _walked(
    command: "TyperCommand | TyperGroup", path: Sequence[str]
) -> "Iterator[tuple[str, TyperCommand | TyperGroup]]":
    yield " ".join(path), command
    for name, one in getattr(command, "commands", {}).items():
        yield from _walked(one, (*path, name))
