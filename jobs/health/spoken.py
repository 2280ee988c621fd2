"""What keeps an account from its work, in the words of whoever reads: rests, failing rounds, silent streams."""

from zoneinfo import ZoneInfo

from jobs.budget.parking import ASSOCIATIONS, Rest, zone_of
from jobs.health.silence import Silence
from jobs.serving.breaker import Sickness
from jobs.wording.sentences import spoken
from jobs.wording.streams import stream_name
from jobs.wording.words import Language, number, time_text


def rest_text(rest: Rest, lang: Language) -> str:
    """Return why and how long nothing is asked of an account."""
    if lang == "en":
        return rest.message
    calls = "Aufrufe für Verknüpfungen" if rest.part == ASSOCIATIONS else "Aufrufe"
    until = time_text(rest.until, zone_of(rest.zone), lang)
    return f"die {calls} des Kontos sind für heute verbraucht; es ruht bis {until} ({rest.zone})"


def sickness_text(sickness: Sickness, zone: ZoneInfo, lang: Language) -> str:
    """Return how often an account's rounds failed in a row, and when the next is tried."""
    if lang == "en":
        return sickness.message
    rounds = "eine Runde ist" if sickness.failures == 1 else f"{number(sickness.failures, lang)} Runden in Folge sind"
    until = time_text(sickness.until, zone, lang)
    following = f"nicht vor {until}" if sickness.is_left_alone else "versucht es wieder"
    return f"{rounds} gescheitert ({spoken(sickness.why, lang)}); die nächste {following}"


def silence_text(silence: Silence, lang: Language) -> str:
    """Return since when a stream brings nothing, and what earlier weeks brought."""
    if lang == "en":
        return silence.message
    hours, usual = number(silence.hours, lang), number(silence.usual, lang)
    return (
        f"{stream_name(silence.stream, lang)}: nichts seit {hours} Stunden, wo frühere Wochen {usual} und mehr brachten"
    )
