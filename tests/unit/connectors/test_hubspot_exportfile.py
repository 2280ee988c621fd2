"""Export files into records: whatever the list would not say so makes the whole file unusable."""

import io
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from connectors.hubspot.exportfile import ExportFile, Wanted, looked_through
from connectors.values import PropertyDefinition
from syncer.errors import ExportUnusable

TYPES = {
    "hs_object_id": "number",
    "email": "string",
    "createdate": "datetime",
    "lastmodifieddate": "datetime",
    "closed_on": "date",
    "amount": "number",
    "optout": "bool",
}
WANTED = Wanted(
    stream="contacts",
    properties={
        name: PropertyDefinition(name=name, label=name.title(), type=kind, field_type="text", group="g")
        for name, kind in TYPES.items()
    },
    created="createdate",
    modified="lastmodifieddate",
)
HEADER = ",".join(TYPES)
ROW = "7,a@b.example,2026-10-01T08:00:00.123Z,2026-10-02T08:00:00Z,2026-12-01,12.50,true"


def read(*files: str | bytes, zipped: bool = False) -> ExportFile:
    contents = [one if isinstance(one, bytes) else one.encode() for one in files]
    if not zipped:
        return looked_through(io.BytesIO(contents[0]), WANTED, "digest")
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "no table")
        for number, content in enumerate(contents):
            archive.writestr(f"part {number}.CSV", content)
    return looked_through(packed, WANTED, "digest")


def changed(**cells: str) -> str:
    values = dict(zip(TYPES, ROW.split(","), strict=True)) | cells
    return f"{HEADER}\n{','.join(values.values())}\n"


def test_a_row_is_a_record_as_the_list_tells_it() -> None:
    [record] = read(f"{HEADER}\n{ROW}\n").records()
    assert record.id == record.properties["hs_object_id"] == "7"
    assert record.properties["email"] == "a@b.example"
    assert (record.created_at, record.updated_at) == ("2026-10-01T08:00:00.123Z", "2026-10-02T08:00:00Z")
    assert record.properties["amount"] == "12.50"


def test_what_is_empty_is_unknown() -> None:
    [record] = read(f"{HEADER}\n7,,,,,,\n").records()
    assert set(record.properties.values()) == {"7", None}
    assert record.created_at is None


@pytest.mark.parametrize("zipped", [False, True])
def test_lines_quotes_and_commas_in_a_field_and_a_byte_order_mark(zipped: bool) -> None:
    text = f'\ufeff{HEADER}\r\n7,"say ""hi"",\r\nthen\ngo",,,,,\r\n8,,,,,,\r\n'
    found = list(read(text, zipped=zipped).records())
    assert [record.id for record in found] == ["7", "8"]
    assert found[0].properties["email"] == 'say "hi",\r\nthen\ngo'


def test_a_zip_of_several_tables_is_one_file() -> None:
    file = read(f"{HEADER}\n1,,,,,,\n2,,,,,,\n", f"{HEADER}\n3,,,,,,\n", zipped=True)
    assert file.count == 3
    assert [record.id for record in file.records()] == ["1", "2", "3"]
    assert [record.id for record in file.records(skip=2)] == ["3"]


def test_an_export_of_nothing_has_a_header() -> None:
    assert read(f"{HEADER}\n").count == 0


def test_the_ids_column_may_have_its_own_name() -> None:
    header = HEADER.replace("hs_object_id", "Record ID - Contact")
    [record] = read(f"{header}\n{ROW}\n").records()
    assert (record.id, record.properties["hs_object_id"]) == ("7", "7")


def test_columns_that_nobody_ordered_are_passed_over() -> None:
    [record] = read(f"Record ID,{HEADER},Associated Company\n9,{ROW},x\n").records()
    assert record.id == "7"
    assert set(record.properties) == set(TYPES)


@pytest.mark.parametrize(
    ("cells", "name", "told"),
    [
        ({"createdate": "1790841600123"}, "createdate", "2026-10-01T08:00:00.123Z"),
        ({"createdate": "2026-10-01T10:00:00+02:00"}, "createdate", "2026-10-01T10:00:00+02:00"),
        ({"closed_on": "1790812800000"}, "closed_on", "2026-10-01"),
        ({"optout": "TRUE"}, "optout", "true"),
        ({"amount": "-1E+3"}, "amount", "-1E+3"),
    ],
)
def test_the_apis_own_forms_are_taken(cells: dict[str, str], name: str, told: str) -> None:
    [record] = read(changed(**cells)).records()
    assert record.properties[name] == told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("createdate", "2026-10-01 08:00"),
        ("createdate", "2026-10-01"),
        ("createdate", "10/01/2026 8:00 AM"),
        ("createdate", "01.10.2026 08:00"),
        ("createdate", "9" * 30),
        ("closed_on", "10/01/2026"),
        ("closed_on", "1. Oktober 2026"),
        ("amount", "1.234.567"),
        ("amount", "12 €"),
        ("amount", "NaN"),
        ("optout", "Ja"),
        ("optout", "1"),
    ],
)
def test_any_other_form_could_mean_anything(name: str, value: str) -> None:
    with pytest.raises(ExportUnusable, match=f"a value of {name} is not in the API's form") as caught:
        read(changed(**{name: value}))
    assert value not in str(caught.value)


FAULTS = {
    "lacks 6 columns": "Record ID,Email,Created\n7,a,b\n",
    "lacks 1 columns under their internal names: email": HEADER.replace("email", "E-Mail") + "\n",
    "no column of ids": HEADER.replace("hs_object_id", "Datensatz-ID") + "\n",
    "or several": "Record ID,Record ID - Contact," + HEADER.replace("hs_object_id", "x") + "\n",
    "a row has 3 columns": f"{HEADER}\n{ROW}\n8,a,\n",
    "a row has no id": f"{HEADER}\n,,,,,,\n",
    "the column email twice": f"{HEADER},email\n{ROW},c@b.example\n",
    "comes twice": f"{HEADER}\n{ROW}\n8,,,,,,\n{ROW}\n",
    "cannot be read to its end": f'{HEADER}\n7,"half of a fiel',
    "lacks 6 columns under": "",
    "(UnicodeDecodeError)": HEADER.encode() + b"\n7,\xff\xfe,,,,,\n",
    "(Error)": f"{HEADER}\n7,{'x' * 200_000},,,,,\n",
}


@pytest.mark.parametrize(("why", "content"), FAULTS.items(), ids=list(FAULTS))
def test_a_file_with_a_fault_is_no_file(why: str, content: str | bytes) -> None:
    with pytest.raises(ExportUnusable) as caught:
        read(content)
    assert why in str(caught.value)


def test_an_id_that_no_id_is_as_long_as_is_none() -> None:
    with pytest.raises(ExportUnusable, match="a row has no id"):
        read(f"{HEADER}\n{'9' * 25},,,,,,\n")


def test_tables_of_one_zip_have_the_same_columns() -> None:
    with pytest.raises(ExportUnusable, match="different columns"):
        read(f"{HEADER}\n", f"{HEADER},more\n", zipped=True)


def test_a_zip_without_a_table_or_cut_or_spoilt_is_no_file() -> None:
    with pytest.raises(ExportUnusable, match="no table"):
        read(zipped=True)
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", f"{HEADER}\n" + "".join(f"{id_},,,,,,\n" for id_ in range(5_000)))
    whole = packed.getvalue()
    with pytest.raises(ExportUnusable):
        looked_through(io.BytesIO(whole[: len(whole) // 2]), WANTED, "digest")
    with pytest.raises(ExportUnusable, match="BadZipFile"):
        looked_through(io.BytesIO(whole.replace(b"\n2500,", b"\n9500,", 1)), WANTED, "digest")


def test_a_zip_that_claims_to_hold_far_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.hubspot.exportfile._LARGEST", 10)
    with pytest.raises(ExportUnusable, match="far too much"):
        read(f"{HEADER}\n", zipped=True)
