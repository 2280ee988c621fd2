from pathlib import Path

from syncer.kpis.catalogue import catalogue, catalogue_markdown
from syncer.kpis.measure import measure
from tests.unit.kpis.fakes import Given
from tests.unit.kpis.ledger import question

DOCS = Path(__file__).parents[3] / "docs" / "kpis.md"


def test_the_page_of_kpis_is_current():
    assert DOCS.read_text(encoding="utf-8") == catalogue_markdown()


def test_every_declared_row_is_measured_and_no_other():
    measured = {row.id for row in measure(Given(), question())}
    declared = {row_id for declaration in catalogue().values() for row_id in declaration.rows}
    assert measured == declared


def test_rows_come_in_the_order_of_the_catalogue():
    found = list(dict.fromkeys(row.id for row in measure(Given(), question())))
    assert found == [row_id for declaration in catalogue().values() for row_id in declaration.rows]


def test_every_kpi_speaks_both_languages():
    for declaration in catalogue().values():
        for texts in (declaration.formula, declaration.population, *(row.names for row in declaration.rows.values())):
            assert set(texts) == {"en", "de"}
            assert all(texts.values())
