"""What `syncer forget` prints."""

from collections.abc import Mapping, Sequence

import typer

from jobs.cli.frame import one_or_all, print_json
from jobs.cli.tables import print_table
from jobs.privacy.forget import Forgotten
from jobs.privacy.privacy_words import said
from jobs.privacy.prune import PruneCount
from jobs.wording.words import Language, number, utc_text
from syncer.store import Store


def print_forgotten(found: Sequence[Forgotten], lang: Language, *, as_json: bool) -> None:
    """Print what an erasure did in each account."""
    if as_json:
        print_json(one_or_all([one.as_dict() for one in found]))
        return
    for one in found:
        _print_one(one, lang)


def _print_one(one: Forgotten, lang: Language) -> None:
    if one.was_forgotten:
        typer.echo(f"{one.account}: {said('was_forgotten', lang)} {utc_text(one.at, lang)}")
    else:
        done = said("would_erase" if one.wiped is None else "erased", lang)
        named = f"{said('ids', lang)} {', '.join(one.ids) or '–'} · {said('addresses', lang, count=one.addresses)}"
        rows = [(table, number(count, lang)) for table, count in one.rows.items()]
        right = said("rows", lang)
        print_table((said("table", lang), right), rows, title=f"{one.account} · {named} · {done}", right=(right,))
    if one.tombstones:
        typer.echo(
            f"{said('erasure', lang)} {one.erasure or '–'} · {said('tombstones', lang)} {', '.join(one.tombstones)}"
        )
    if one.wiped is not None:
        typer.echo(said("wiped" if one.wiped else "not_wiped", lang), err=not one.wiped)
    if one.written:
        typer.echo(said("still_in_crm", lang, names=", ".join(one.written)))
    else:
        typer.echo(said("crm_untouched", lang))
    if one.notices:
        typer.echo(said("notices_in_crm", lang, names=", ".join(_notice(name, lang) for name in one.notices)))


def _notice(name: str, lang: Language) -> str:
    form, _, crm_id = name.partition(" ")
    return f"{said(form, lang)} {crm_id}"


def print_pruned(found: Sequence[PruneCount], lang: Language, *, dry_run: bool, as_json: bool) -> None:
    """Print what pruning took out of each account, or would take out."""
    if as_json:
        print_json(one_or_all([one.as_dict() for one in found]))
        return
    for one in found:
        counted = (
            ("web_events", one.web_events),
            ("sleeping", one.prospects),
            ("old_writes", one.writes),
            ("old_runs", one.runs),
        )
        parts = [said(key, lang, count=count) for key, count in counted]
        typer.echo(f"{one.account}: {said('would_prune' if dry_run else 'pruned', lang)}: {' · '.join(parts)}")
        if one.more:
            typer.echo(said("more_sleep", lang))


def print_lifted(lifted: Mapping[str, int], lang: Language, *, as_json: bool) -> None:
    """Print how many tombstones were taken away in each account."""
    if as_json:
        print_json(dict(lifted))
        return
    for account, count in lifted.items():
        typer.echo(f"{account}: {said('lifted', lang, count=count)}")
    if any(lifted.values()):
        typer.echo(said("lifted_next", lang))


def print_log(store: Store, accounts: Sequence[str], lang: Language, *, as_json: bool) -> None:
    """Print the log of erasures: the proof that they were made, without a word about whom."""
    with store.snapshot() as unit:
        found = [row for row in unit.privacy.logged() if row.account in accounts]
    if as_json:
        print_json([row.as_dict() for row in found])
    elif not found:
        typer.echo(said("none_yet", lang))
    else:
        heads = [said(key, lang) for key in ("account", "at", "by", "reason", "rows", "tombstones", "wiped_head")]
        rows = [
            (
                row.account,
                utc_text(row.at, lang),
                row.actor,
                said(f"reason_{row.reason}", lang),
                number(sum(row.counts.values()), lang),
                ", ".join(row.tombstones),
                said("no" if row.wiped_at is None else "yes", lang),
            )
            for row in found
        ]
        print_table(heads, rows)
