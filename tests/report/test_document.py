import re

import pytest

from wordrel.errors import InvalidParameter
from wordrel.report import (
    BarChart,
    Bars,
    Column,
    Deviation,
    HeatMap,
    Image,
    LineChart,
    Panels,
    Points,
    ScatterChart,
    Series,
    Spread,
    Table,
)
from wordrel.report.document import cell_value

ONE = Series("a", (1.0,), (1.0,))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Column("x", "share"), "kind must be text, number or percent, not 'share'"),
        (lambda: Column("x", best="most"), "best must be empty, high or low, not 'most'"),
        (lambda: Table("t", (), ()), "the table 't' has no column; give it one or more"),
        (
            lambda: Table("t", (Column("x"),), (("a",), ("a", 1))),
            "row 2 of the table 't' has 2 cells in 1 columns; give one a column",
        ),
        (
            lambda: Table("t", (Column("x"), Column("y", "number")), (("a", Spread(1.0, float("nan"), 2.0)),)),
            "row 1 of the table 't' has a number that is not finite; give None",
        ),
        (lambda: Image(b"GIF89a", "a cat"), "an image of a report must be the bytes of a PNG file"),
        (lambda: Series("a", (1, 2), (1,)), "'a' must have as many values and ends of intervals as points"),
        (lambda: Series("a", (1,), (1,), lows=(1,)), "'a' must have both ends of its intervals or neither"),
        (lambda: Bars("a", (float("inf"),)), "'a' has a value that is not finite; leave the point out"),
        (lambda: LineChart("x", "y", ()), "a chart shows 1 to 8 series, not 0; use a table for more"),
        (lambda: LineChart("x", "y", (ONE,) * 9), "a chart shows 1 to 8 series, not 9; use a table for more"),
        (
            lambda: LineChart("x", "y", (Series("a", (0,), (1,)),), log_x=True),
            "a logarithmic axis needs values above 0",
        ),
        (lambda: BarChart("y", ("p", "q"), (Bars("a", (1,)),)), "'a' must have a value for each of 2 categories"),
        (lambda: Points("a", (1,), (1,), ("x", "y")), "'a' has 2 labels for 1 points"),
        (
            lambda: ScatterChart("", "", (Points("a", (1,), (1,)),), links=((0, 0),)),
            "links lead from a point of the first group to one of the second",
        ),
        (
            lambda: HeatMap(("a",), ("b", "c"), ((1,),)),
            "a heat map needs a row of values for each row name, and a value for each column name",
        ),
        (lambda: Panels(("a",), ()), "1 titles for 0 panels; give one each"),
    ],
)
def test_what_cannot_be_shown_is_refused(make, message):
    with pytest.raises(InvalidParameter, match=f"^{re.escape(message)}$"):
        make()


def test_cells_are_compared_by_their_value():
    assert [cell_value(c) for c in ("a", None, 3, 0.5, Spread(0.2, 0.1, 0.3), Deviation(4.0, 1.0))] == [
        None,
        None,
        3,
        0.5,
        0.2,
        4.0,
    ]
