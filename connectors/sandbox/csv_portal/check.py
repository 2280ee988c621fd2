"""What a portal spec promises and its files lack: names that lead nowhere, found before any row is read."""

from collections.abc import Iterator, Mapping, Sequence

from connectors.sandbox.csv_portal.conditions import EXACTLY, condition_faults, lets_nothing_through
from connectors.sandbox.csv_portal.spec import CellSpec, LinkSpec, ObjectSpec, PortalSpec, Spec, StepSpec, Where
from connectors.sandbox.csv_portal.submissions import KIND, NEEDED
from connectors.sandbox.csv_portal.tables import CsvTable
from connectors.sandbox.csv_portal.values import EARLIEST, FILTERS, columns_of, earliest_place
from syncer.errors import Problem

_Place = tuple[str | int, ...]


def spec_problems(spec: Spec, tables: Mapping[str, CsvTable]) -> Iterator[Problem]:
    """Yield every name in the spec that stands for nothing; `tables` holds the files that could be read."""
    names = [one.label for one in spec.portal.objects]
    for position, one in enumerate(spec.portal.objects):
        place: _Place = ("objects", position)
        if names.index(one.label) != position:
            yield spec.problem((*place, "type"), f"two objects are called {one.label}", "give each a `name`")
        if one.file not in spec.portal.files:
            yield spec.problem((*place, "file"), "names no file of `files`", _one_of(spec.portal.files))
        elif _is_read(tables, one.file):
            yield from _object_problems(spec, tables, place, one)
    yield from _pipeline_problems(spec)
    yield from _ambiguous_columns(spec, tables)


def _ambiguous_columns(spec: Spec, tables: Mapping[str, CsvTable]) -> Iterator[Problem]:
    """Yield the columns asked for that stand twice in their file."""
    asked = {
        (file, column)
        for one in spec.portal.objects
        for _, file, cell in _cells(one)
        if _is_read(tables, file)
        for column in _asked_columns(cell)
    }
    asked |= {(file, column) for one in spec.portal.objects for _, file, where in _conditions(one) for column in where}
    for file, column in sorted(asked):
        if file in tables and tables[file].columns.count(column) > 1:
            path = tables[file].spec.path
            yield Problem(message="the column stands twice", file=path, line=1, key=column, hint="rename one of them")


def _asked_columns(cell: CellSpec) -> Sequence[str]:
    try:
        return [column for column, _ in columns_of(cell)]
    except ValueError:
        return ()


def _object_problems(spec: Spec, tables: Mapping[str, CsvTable], place: _Place, one: ObjectSpec) -> Iterator[Problem]:
    for below, step in _steps(one):
        yield from _step_problems(spec, (*place, *below), step)
    for below, file, cell in _cells(one):
        if _is_read(tables, file):
            for message, hint in _cell_faults(spec.portal, tables, file, cell):
                yield spec.problem((*place, *below), message, hint)
    for below, file, where in _conditions(one):
        if _is_read(tables, file):
            for column, message, hint in condition_faults(tables[file], where):
                yield spec.problem((*place, *below, column), message, hint)
    if _is_read(tables, one.file) and lets_nothing_through(tables[one.file], one.where):
        yield spec.problem((*place, "where"), "lets no row through", EXACTLY)
    yield from _form_problems(spec, place, one)
    for number, link in enumerate(one.associations):
        yield from _link_problems(spec, (*place, "associations", number), link)


def _form_problems(spec: Spec, place: _Place, one: ObjectSpec) -> Iterator[Problem]:
    for name in NEEDED if one.type == KIND else ():
        if name not in one.properties:
            hint = "a filled form has a `form` and an `email`, and perhaps a `page`"
            yield spec.problem((*place, "properties"), f"{name} is missing", hint)


def _is_read(tables: Mapping[str, CsvTable], file: str) -> bool:
    return file in tables and bool(tables[file].columns)


def _cells(one: ObjectSpec) -> Iterator[tuple[_Place, str, CellSpec]]:
    """Yield every value of an object with its place and the file it is read from."""
    yield ("key",), one.file, one.key
    yield ("created",), one.file, one.created
    if one.id is not None:
        yield ("id",), one.file, one.id
    for name, cell in one.properties.items():
        yield ("properties", name), one.file, cell
    for place, step in _steps(one):
        file = step.file or one.file
        yield (*place, "at"), file, step.at
        yield (*place, "value"), file, step.value
        if step.key is not None:
            yield (*place, "key"), file, step.key
    for number, link in enumerate(one.associations):
        yield ("associations", number, "key"), link.file or one.file, link.key
        if link.record is not None:
            yield ("associations", number, "record"), link.file or one.file, link.record


def _conditions(one: ObjectSpec) -> Iterator[tuple[_Place, str, Where]]:
    yield ("where",), one.file, one.where
    for place, step in _steps(one):
        yield (*place, "where"), step.file or one.file, step.where


def _steps(one: ObjectSpec) -> Iterator[tuple[_Place, StepSpec]]:
    for name, steps in one.history.items():
        for number, step in enumerate(steps):
            yield ("history", name, number), step


def _step_problems(spec: Spec, place: _Place, step: StepSpec) -> Iterator[Problem]:
    if step.file is not None and step.file not in spec.portal.files:
        yield spec.problem((*place, "file"), "names no file of `files`", _one_of(spec.portal.files))
    if (step.file is None) is not (step.key is None):
        yield spec.problem(place, "has one of `file` and `key`", "versions of another file need both")


def _cell_faults(
    portal: PortalSpec, tables: Mapping[str, CsvTable], file: str, cell: CellSpec
) -> Iterator[tuple[str, str | None]]:
    if cell.columns and cell.text:
        yield "has both `from` and a text", "keep one of them"
    if not (cell.columns or cell.text or cell.default):
        yield "says neither where the value comes from nor what it is", "set `from`, `text` or `default`"
    try:
        read = columns_of(cell)
    except ValueError:
        yield "is no template: a brace has no partner", "a template says {column} or {column|filter}"
        return
    for column, chosen in read:
        if column not in tables[file].columns:
            yield (
                f"names no column of {tables[file].spec.path}: {column}",
                _one_of([*filter(None, tables[file].columns)]),
            )
        if chosen and chosen not in FILTERS:
            yield f"names no filter: {chosen}", _one_of(FILTERS)
    labels = [one.label for one in portal.objects]
    if cell.lookup and cell.lookup not in labels:
        yield "looks among objects that the spec does not have", _one_of(labels)
    if cell.default and cell.default.split()[0] == EARLIEST:
        source, column = earliest_place(cell, file)
        if source not in tables or (tables[source].columns and column not in tables[source].columns):
            yield "takes the earliest date of no known column", "write earliest FILE.COLUMN"


def _link_problems(spec: Spec, place: _Place, link: LinkSpec) -> Iterator[Problem]:
    labels = [one.label for one in spec.portal.objects]
    if link.to not in labels:
        yield spec.problem((*place, "to"), "links to objects that the spec does not have", _one_of(labels))
    if link.file is not None and link.file not in spec.portal.files:
        yield spec.problem((*place, "file"), "names no file of `files`", _one_of(spec.portal.files))
    if (link.file is None) is not (link.record is None):
        yield spec.problem(place, "has one of `file` and `record`", "links of another file need both")


def _pipeline_problems(spec: Spec) -> Iterator[Problem]:
    seen: set[str] = set()
    for position, pipeline in enumerate(spec.portal.pipelines):
        for number, stage in enumerate(pipeline.stages):
            if stage.id in seen:
                place = ("pipelines", position, "stages", number, "id")
                yield spec.problem(place, f"two stages have the id {stage.id}")
            seen.add(stage.id)
    if not seen and any(one.type == "deals" for one in spec.portal.objects):
        yield spec.problem((), "has deals and no pipelines", "add `pipelines`")


def _one_of(names: Sequence[str] | Mapping[str, object]) -> str:
    return f"one of {', '.join(names)}"
