"""Facts in texts that choose between the words for one and for many: `{count} {count:record needs|records need}`."""

from collections.abc import Mapping

from jobs.wording.words import LANGUAGES, Language, number

_BETWEEN = "|"


class Counted(str):
    """A fact as text; where a text offers two forms, "1" takes the first of them."""

    __slots__ = ()

    def __format__(self, form: str) -> str:
        one, between, many = form.partition(_BETWEEN)
        if not between:
            return super().__format__(form)
        return one if self == "1" else many


def counted(fact: object, lang: Language) -> object:
    """Return a fact for a text of a language: whole numbers as it writes them, and choosing their words."""
    if isinstance(fact, int) and not isinstance(fact, bool):
        return Counted(number(fact, lang))
    return Counted(fact) if isinstance(fact, str) else fact


def worded(text: tuple[str, str], lang: Language, facts: Mapping[str, object]) -> str:
    """Return a text, given in English and German, with its facts."""
    return text[LANGUAGES.index(lang)].format_map({name: counted(fact, lang) for name, fact in facts.items()})


def plural(count: int, one: str, many: str) -> str:
    """Return an English count with its words."""
    return f"{count:,} {one if count == 1 else many}"
