"""A list of a page tells each of its cells what its column is called, for screens that show it card by card."""

import pytest

from jobs.web.cards import labelled

LIST = (
    '<table class="cards"><thead><tr><th scope="col">Contact</th>'
    '<th scope="col" class="number">R&amp;D <b>share</b></th><td></td></tr></thead><tbody>'
    '<tr id="a"><th scope="row"><a href="/1">Anna</a></th><td class="number">5&nbsp;%</td>'
    '<td class="bar"><svg/></td></tr>'
    "<tr><td>Bea</td><td>–</td><td> </td></tr></tbody></table>"
)


def test_each_cell_is_told_the_head_of_its_column():
    shown = labelled(LIST)
    assert '<td class="number" data-head="R&amp;D share">5&nbsp;%</td>' in shown
    assert '<th scope="row"><a href="/1">Anna</a></th>' in shown
    assert '<td data-head="Contact">Bea</td>' in shown
    assert '<td class="bar"><svg/></td>' in shown


def test_a_cell_that_says_nothing_is_marked():
    assert '<td data-head="R&amp;D share" data-none>–</td><td data-none> </td>' in labelled(LIST)


def test_the_heads_stay_as_they_are():
    assert labelled(LIST).startswith(LIST[: LIST.index("<tbody>")])


@pytest.mark.parametrize("text", ["", "<p>nobody</p>", "<table><tr><td>1</td></tr></table>"])
def test_what_has_no_heads_stays_as_it_is(text):
    assert labelled(text) == text
