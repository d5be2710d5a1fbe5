"""Compare what nbval does not: that each cell gives the same outputs, of the same kinds, in order.

nbval compares texts but passes over pictures, so a figure that disappears would not fail, nor
would a text that moved from before a picture to behind it.
"""

import pytest
from nbval.plugin import IPyNbCell, coalesce_streams


def kinds(outputs):
    """What a cell gave, as a list: the stream's name, or the MIME types of each display."""
    return [
        output["name"] if output["output_type"] == "stream" else ", ".join(sorted(output["data"]))
        for output in coalesce_streams(outputs)
        if output["output_type"] != "error"
    ]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    result = yield
    if isinstance(item, IPyNbCell):
        stored, given = kinds(item.cell.outputs), kinds(item.test_outputs)
        if stored != given:
            item.raise_cell_error(
                f"The stored outputs are {stored or 'none'}, but running the cell gives "
                f"{given or 'none'}. If that is right, store it with `make refresh`."
            )
    return result
