"""The report in words: at most fifteen lines, none without content."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from jobs.digest.content import Digest, ForecastMove, Health
from jobs.digest.words import digest_word
from jobs.health.spoken import rest_text
from jobs.wording.streams import job_name, stream_name
from jobs.wording.terms import term
from jobs.wording.words import Language, money, number, stage_name, time_text
from syncer.funnel.facts import Outcome
from syncer.money import decimals
from syncer.store.reports.news import Closings, SetBack, Waiting

#: Reasons of one outcome that are named; the rest stays in the count.
_REASONS = 4
#: Contacts set back that are named.
_SET_BACK = 3
_LINES = 15
_OUTCOMES = (Outcome.WON, Outcome.LOST, Outcome.OTHER)


def tell(digest: Digest, zone: ZoneInfo, lang: Language, *, link: str | None = None) -> Sequence[str]:
    """Return the lines of a report; `link` is where the dashboard is."""
    head = f"{digest_word('report', lang)} · {digest.account} · {time_text(digest.until, zone, lang)}"
    told = f"{head} ({digest_word('since', lang)} {time_text(digest.since, zone, lang)})"
    if digest.is_empty:
        return [told, digest_word("nothing", lang)]
    lines, sync = [told, *_sales(digest, lang), *_deals(digest, lang)], list(_health(digest.health, lang))
    look = [f"{digest_word('look', lang)}: {link}"] if link else []
    if len(lines) + len(sync) + len(look) > _LINES:
        sync = [" · ".join(sync)]
    return [*lines, *sync, *look]


def _sales(digest: Digest, lang: Language) -> Iterator[str]:
    if digest.handed_over:
        asked = digest.handed_over.get("explicit_request", 0)
        own = f" ({number(asked, lang)} {digest_word('explicit', lang)})" if asked else ""
        yield f"{digest_word('handed_over', lang)}: {number(sum(digest.handed_over.values()), lang)}{own}"
    if digest.overdue:
        soon = f" · {digest_word('due_today', lang)}: {number(digest.due_soon, lang)}" if digest.due_soon else ""
        yield f"{digest_word('overdue', lang)}: {number(digest.overdue, lang)}{soon}"
    if why := list(_reasons_to_review(digest, lang)):
        yield f"{digest_word('review', lang)}: {', '.join(why)} (syncer agreement review)"
    if digest.set_back:
        yield f"{digest_word('set_back', lang)}: {_set_back(digest.set_back, lang)}"


def _reasons_to_review(digest: Digest, lang: Language) -> Iterator[str]:
    if digest.to_review:
        yield f"{number(digest.to_review, lang)} {digest_word('failed_since', lang)}"
    if digest.shifted is not None:
        yield f"{digest_word('shifted', lang)} (PSI {number(digest.shifted, lang, digits=2)})"


def _set_back(found: Sequence[SetBack], lang: Language) -> str:
    word, rest = digest_word("contact", lang), len(found[_SET_BACK:])
    told = [
        f"{word} {one.contact_id} {stage_name(one.before, lang)} → {stage_name(one.after, lang)}"
        for one in found[:_SET_BACK]
    ]
    return ", ".join([*told, f"{number(rest, lang)} {digest_word('more', lang)}"] if rest else told)


def _deals(digest: Digest, lang: Language) -> Iterator[str]:
    for outcome in _OUTCOMES:
        chosen = [one for one in digest.closings if one.outcome is outcome]
        if chosen:
            yield _closed(outcome, chosen, lang)
    if digest.forecast is not None and digest.forecast.has_moved:
        yield from _moved(digest.forecast, lang)
    if digest.proposed.deals:
        yield f"{digest_word('proposed', lang)}: {_worth(digest.proposed, lang)}"
    if back := list(_coming_back(digest, lang)):
        yield f"{digest_word('resumes', lang)}: {', '.join(back)}"


def _coming_back(digest: Digest, lang: Language) -> Iterator[str]:
    if digest.resumes.deals:
        yield _worth(digest.resumes, lang)
    if digest.lead_resumes:
        yield f"{number(digest.lead_resumes, lang)} {digest_word('leads', lang)}"


def _closed(outcome: Outcome, closings: Sequence[Closings], lang: Language) -> str:
    worth: dict[str | None, Decimal] = {}
    for one in closings:
        for currency, amount in one.worth.items():
            worth[currency] = worth.get(currency, Decimal(0)) + amount
    told = _worth(Waiting(deals=sum(one.deals for one in closings), worth=worth), lang)
    reasons = sorted((one for one in closings if one.reason), key=lambda one: (-one.deals, str(one.reason)))
    why = ", ".join(f"{term(str(one.reason), lang)} {number(one.deals, lang)}" for one in reasons[:_REASONS])
    return f"{digest_word(outcome.value, lang)}: {told}" + (f" ({why})" if why else "")


def _worth(waiting: Waiting, lang: Language) -> str:
    sums = " + ".join(money(amount, currency, lang) for currency, amount in sorted(waiting.worth.items(), key=str))
    return f"{number(waiting.deals, lang)} · {sums}" if sums else number(waiting.deals, lang)


def _moved(forecast: ForecastMove, lang: Language) -> Iterator[str]:
    now, before = (money(amount, forecast.unit, lang) for amount in (forecast.now, forecast.before))
    difference = None
    if forecast.now is not None and forecast.before is not None:
        difference = forecast.now - forecast.before
    signed = "" if difference is None else f" ({_signed(difference, forecast.unit, lang)})"
    yield f"{digest_word('forecast', lang)}: {before} → {now}{signed}"
    if forecast.movers:
        moved = ", ".join(
            f"{digest_word('deal', lang)} {deal} {_signed(by, forecast.unit, lang)}" for deal, by in forecast.movers
        )
        yield f"  {digest_word('movers', lang)}: {moved}"


def _signed(amount: Decimal, currency: str, lang: Language) -> str:
    return f"{'+' if amount > 0 else ''}{number(amount, lang, digits=decimals(currency))}"


def _health(health: Health, lang: Language) -> Iterator[str]:
    said: Mapping[str, str] = {
        "letters": number(health.dead_letters, lang) if health.dead_letters else "",
        "failed": job_name(health.failed, lang) if health.failed else "",
        "stale": ", ".join(stream_name(one, lang) for one in health.stale),
        "rests": "; ".join(rest_text(one, lang) for one in health.rests),
        "sick": health.sick or "",
        "silent": ", ".join(stream_name(one, lang) for one in health.silent),
    }
    yield from (f"{digest_word(key, lang)}: {text}" for key, text in said.items() if text)
