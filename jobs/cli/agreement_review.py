"""The command for the periodic review of the agreement."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli.options import AccountOption, JsonOption, LangOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobs.deciding.review import Reviewed
    from jobs.desk import Seat


def review(
    account: AccountOption = None,
    months: Annotated[int, typer.Option("--months", min=1, max=120, help="Months of hand-overs looked at.")] = 24,
    previous: Annotated[
        Path | None, typer.Option("--previous", help="An earlier version of the file, for precision beside today's.")
    ] = None,
    draft: Annotated[
        Path | None, typer.Option("--draft", help="Write the proposed points there, as a file without signatures.")
    ] = None,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Say what became of hand-overs, which rules promised too much or too little, and which points to agree on."""
    from jobs.cli.frame import each_seat, one_or_all, print_json
    from jobs.cli.review_dict import review_dict
    from jobs.cli.review_output import print_review
    from jobs.deciding.review import Asked
    from jobs.deciding.review import review as run
    from jobs.figures.asking import language
    from jobs.settings import load_settings
    from syncer.agreement import default_text, load_agreement
    from syncer.agreement.load import read_text

    spoken, path = language(lang), load_settings(need_accounts=False).agreement_path
    if draft is not None:
        _check_target(draft, account)
    text = read_text(path) if path.exists() else default_text()
    earlier = None if previous is None else load_agreement(previous)
    asked = Asked(file=str(path), text=text, months=months, previous=earlier)

    async def work(desk: "Seat") -> "Reviewed":
        return await run(desk, asked)

    found: Sequence[Reviewed] = each_seat(account, work, quiet=True)
    if draft is not None and found[0].draft is not None:
        with draft.open("x", encoding="utf-8", newline="") as file:
            file.write(found[0].draft)
    if as_json:
        print_json(one_or_all([review_dict(one) for one in found]))
        return
    for one in found:
        print_review(one, spoken, draft)


def _check_target(draft: Path, account: str | None) -> None:
    """Make a ConfigError of a draft that would overwrite a file, or that several accounts would have to share."""
    from jobs.cli.frame import opened
    from jobs.figures.asking import account_names
    from syncer.errors import ConfigError, Problem

    problems = []
    if draft.exists():
        problems.append(Problem(key="--draft", message="a file of that name is there", hint="name a file that is not"))
    elif not draft.parent.is_dir():
        problems.append(Problem(key="--draft", message=f"there is no folder {draft.parent}", hint="make it first"))
    with opened() as (settings, store):
        names = account_names(settings, store, account)
    if len(names) > 1:
        problems.append(Problem(key="--draft", message="several accounts", hint="name one: --account NAME"))
    if problems:
        raise ConfigError(problems)
