"""Files of costs, rates and visits as they come out of a table, and what is wrong with one."""

import pytest

from mappings.columns import Sheet
from syncer.errors import ConfigError


def sheet(heads, *rows):
    return Sheet(name="costs.csv", heads=heads.split(";"), rows=[(n, row) for n, row in enumerate(rows, start=2)])


def row(text):
    return text.split(";")


def problems(read, *arguments):
    with pytest.raises(ConfigError) as caught:
        read(*arguments)
    return [(one.line, one.key, one.message) for one in caught.value.problems]
