"""A portal out of a folder of CSV files and a spec that says what stands where (docs/sandbox-data.md)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from connectors.sandbox.csv_portal.check import spec_problems
from connectors.sandbox.csv_portal.records import Records
from connectors.sandbox.csv_portal.spec import PipelineSpec, PortalSpec, read_spec
from connectors.sandbox.csv_portal.tables import read_table
from connectors.sandbox.csv_portal.values import Sheets
from connectors.sandbox.generate.lines import Line
from syncer.errors import ConfigError, Problem

#: More problems than anybody reads at once, of one kind and of all.
_MOST_ALIKE: Final = 20
_MOST: Final = 200


def load_csv_portal(spec_path: Path, root: Path | None = None) -> Iterator[Line]:
    """Return the lines of the portal that the files hold; nothing is returned unless everything is sound.

    `root` is the data folder; without it the spec's own `root` counts. Raises ConfigError with every problem of
    spec and files by file, line and column; values are never repeated.
    """
    spec = read_spec(spec_path)
    folder = spec_path.parent / spec.portal.root if root is None else root
    problems: list[Problem] = []
    tables = {name: read_table(table, folder, problems) for name, table in spec.portal.files.items()}
    faults = list(spec_problems(spec, tables))
    if faults:
        _refuse([*problems, *faults])
    return iter(_lines(Sheets(portal=spec.portal, tables=tables), problems))


def _lines(sheets: Sheets, problems: list[Problem]) -> list[Line]:
    """Return all lines; what is wrong with rows is listed besides what is wrong with files."""
    objects = [Records(sheets, one, problems) for one in sheets.portal.objects]
    lines = list(_setup(sheets.portal))
    for records in objects:
        lines += records.lines()
    _refuse(problems)
    return lines


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        told = list(_told(problems))
        left = len(told) - _MOST
        more = [Problem(message=f"and {left} problems more")] if left > 0 else []
        raise ConfigError([*told[:_MOST], *more])


def _told(problems: Sequence[Problem]) -> Iterator[Problem]:
    """Yield the first problems of every kind and how many more there are of it: none hides another kind."""
    kinds: dict[tuple[str | None, str | None, str], list[Problem]] = defaultdict(list)
    for one in problems:
        kinds[one.file, one.key, one.message].append(one)
    for (file, key, _message), alike in kinds.items():
        yield from alike[:_MOST_ALIKE]
        if len(alike) > _MOST_ALIKE:
            yield Problem(message=f"and {len(alike) - _MOST_ALIKE} problems more of this kind", file=file, key=key)


def _setup(portal: PortalSpec) -> Iterator[Line]:
    account = portal.account
    yield {
        "type": "account",
        "portalId": account.portal_id,
        "accountType": "SANDBOX",
        "timeZone": account.time_zone,
        "companyCurrency": account.currency,
        **({"additionalCurrencies": [*account.rates], "exchangeRates": dict(account.rates)} if account.rates else {}),
    }
    for pipeline in portal.pipelines:
        yield _pipeline(pipeline)


def _pipeline(pipeline: PipelineSpec) -> Line:
    return {
        "type": "pipelines",
        "id": pipeline.id,
        "label": pipeline.label,
        "stages": [
            {
                "id": stage.id,
                "label": stage.label,
                "displayOrder": place,
                "metadata": {"isClosed": str(stage.closed).lower(), "probability": str(stage.probability)},
            }
            for place, stage in enumerate(pipeline.stages)
        ],
    }
