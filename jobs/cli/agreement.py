"""Commands around the signed rule file: check, diff, simulate, review, sign, schema."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli.agreement_review import review
from jobs.cli.options import AccountOption, JsonOption, LangOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobs.deciding.simulate import Simulation
    from jobs.desk import Seat
    from syncer.agreement import Agreement

PathArgument = Annotated[Path | None, typer.Argument(metavar="FILE", help="The file; SYNCER_AGREEMENT when left out.")]

#: What stands for the built-in agreement where a file is asked for.
_DEFAULT = "default"


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    tree = typer.Typer(help="The signed rule file.", no_args_is_help=True)
    tree.command("check")(check)
    tree.command("diff")(diff)
    tree.command("simulate")(simulate)
    tree.command("review")(review)
    tree.command("sign")(sign)
    tree.command("schema")(schema)
    app.add_typer(tree, name="agreement")


def check(path: PathArgument = None, lang: LangOption = "en", as_json: JsonOption = False) -> None:
    """Read the agreement and list every problem with file, line and key; say who has to sign it yet."""
    from jobs.cli.command_words import said
    from jobs.cli.frame import print_json
    from jobs.figures.asking import language
    from jobs.settings import load_settings
    from syncer.agreement import load_agreement

    spoken = language(lang)
    chosen = path or load_settings(need_accounts=False).agreement_path
    found = load_agreement(chosen)
    unsigned = found.missing_signatures
    if as_json:
        head = {"file": str(chosen), "version": found.version, "fingerprint": found.fingerprint}
        print_json({**head, "unsigned": list(unsigned)})
        return
    version = {"version": str(found.version), "fingerprint": found.fingerprint}
    typer.echo(said("agreement_sound", spoken, file=chosen, **version))
    for role in unsigned:
        typer.echo(said("not_signed_by", spoken, team=said(f"team_{role}", spoken), role=role))


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A file, or `default` for the built-in agreement.")],
    new: Annotated[
        Path | None, typer.Argument(metavar="NEW", help="The file to compare with; SYNCER_AGREEMENT when left out.")
    ] = None,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Say in words what a version changes: thresholds, points, rules, reasons, service levels."""
    from jobs.cli.agreement_output import print_differences
    from jobs.figures.asking import language
    from jobs.settings import load_settings
    from syncer.agreement import load_agreement, load_default

    before = load_default() if old == _DEFAULT else load_agreement(Path(old))
    after = load_agreement(new or load_settings(need_accounts=False).agreement_path)
    print_differences(before, after, language(lang), as_json=as_json)


def simulate(
    draft: Annotated[Path, typer.Argument(metavar="DRAFT", help="The draft; it needs no signatures.")],
    account: AccountOption = None,
    threshold: Annotated[
        list[float] | None, typer.Option("--threshold", "-t", help="A threshold to try; repeatable. Some otherwise.")
    ] = None,
    level: Annotated[int, typer.Option("--level", min=1, max=3, help="Whose threshold is tried.")] = 1,
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=104, help="Weeks that hand-overs are counted in.")] = 12,
    ids: Annotated[bool, typer.Option("--ids", help="Name the contacts whose stage would be another.")] = False,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Run a draft against what is known: who would stand otherwise, hand-overs a week, precision. Nothing is kept."""
    from jobs.cli.agreement_output import print_simulation, simulation_dict
    from jobs.cli.frame import each_seat, one_or_all, print_json
    from jobs.deciding.simulate import Trial
    from jobs.deciding.simulate import simulate as run
    from jobs.figures.asking import language

    spoken, rules = language(lang), _drafted(draft)
    trial = Trial(draft=rules, level=level, thresholds=tuple(threshold or ()), weeks=weeks)

    async def work(desk: "Seat") -> "Simulation":
        return await run(desk, trial)

    found: Sequence[Simulation] = each_seat(account, work, quiet=True)
    if as_json:
        print_json(one_or_all([simulation_dict(one, ids=ids) for one in found]))
        return
    for one in found:
        print_simulation(one, spoken, ids=ids)


def _drafted(path: Path) -> "Agreement":
    from syncer.agreement import load_agreement

    return load_agreement(path)


def sign(
    role: Annotated[str, typer.Option("--role", help="marketing or sales.")],
    by: Annotated[str, typer.Option("--by", help="Who signs.")],
    path: PathArgument = None,
    lang: LangOption = "en",
) -> None:
    """Sign the agreement for one of the two teams; an edit after signing voids the signature."""
    from datetime import UTC, datetime

    from jobs.cli.command_words import said
    from jobs.figures.asking import language
    from jobs.settings import load_settings
    from syncer.agreement import Role
    from syncer.agreement import sign as put
    from syncer.errors import ConfigError, Problem

    spoken = language(lang)
    if role not in set(Role):
        raise ConfigError([Problem(key="--role", message=f"no role {role!r}", hint=", ".join(Role))])
    chosen = path or load_settings(need_accounts=False).agreement_path
    put(chosen, role=Role(role), by=by, at=datetime.now(UTC).date())
    typer.echo(said("signed_for", spoken, file=chosen, team=said(f"team_{role}", spoken), who=by))


def schema(lang: LangOption = "en") -> None:
    """Print the JSON Schema of agreement.yaml, for editors."""
    from jobs.cli.frame import print_json
    from jobs.figures.asking import language
    from jobs.wording.schema import told_schema
    from syncer.agreement import json_schema

    print_json(told_schema(json_schema(), language(lang)))
