"""Charts are read back from their SVG: what is where, and how large."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.sample import LONG, SCRIPT, charts
from wordrel.report import (
    BarChart,
    Bars,
    Figure,
    HeatMap,
    LineChart,
    Panels,
    Points,
    ScatterChart,
    Series,
)
from wordrel.report.charts import drawings
from wordrel.report.scales import free_axis, log_ticks, round_ticks, tick_words, value_axis
from wordrel.report.scatter import least_squares

SVG = "{http://www.w3.org/2000/svg}"


def drawn(chart, title="A chart", description="What it shows."):
    (one,) = drawings(Figure(title, description, chart), "f1")
    return ElementTree.fromstring(one.svg)


def of(root, class_, name="*"):
    return [e for e in root.iter(None if name == "*" else f"{SVG}{name}") if class_ in e.get("class", "").split()]


def corners(path):
    return [tuple(map(float, pair.split())) for pair in path.get("d").strip("MZ").split("L")]


def box(rect):
    return {key: float(rect.get(key)) for key in ("x", "y", "width", "height")}


def texts(root, class_):
    return ["".join(e.itertext()) for e in of(root, class_, "text")]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 1, (0, 0.2, 0.4, 0.6, 0.8, 1)),
        (0.36, 0.71, (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)),
        (-3, 4, (-4, -2, 0, 2, 4)),
        (0, 1500, (0, 500, 1000, 1500)),
        (5, 5, (5, 6, 7, 8, 9, 10)),
    ],
)
def test_ticks_are_round(low, high, ticks):
    assert round_ticks(low, high) == ticks


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_enclose_their_range_in_even_steps(low, width):
    ticks = round_ticks(low, low + width)
    assert ticks[0] <= low + 1e-6 * width
    assert ticks[-1] >= low + width - 1e-6 * width
    steps = [b - a for a, b in pairwise(ticks)]
    assert 1 <= len(steps) <= 7
    assert np.allclose(steps, steps[0], rtol=1e-3)


def test_logarithmic_ticks_and_their_words():
    assert log_ticks(1, 5000) == (1, 10, 100, 1000)
    assert log_ticks(20, 300) == (20, 50, 100, 200)
    assert tick_words((0.3, 0.35)) == ["0.30", "0.35"]
    assert tick_words((0.3, 0.4), percent=True) == ["30", "40"]


def test_axes_begin_at_zero_where_that_is_near():
    assert value_axis([0.1, 0.9], 0, 1).low == 0
    assert value_axis([0.8, 0.9], 0, 1).low == 0.8
    assert value_axis([0.8, 0.9], 0, 1, zero=True).low == 0
    # An interval that reaches below it opens no step of empty paper.
    assert value_axis([-0.02, 0.9], 0, 1).low == -0.02
    few = free_axis([25, 100, 300, 1000, 5000], 0, 400, log=True)
    assert few.ticks == (25, 100, 300, 1000, 5000)
    assert few.at(25) == 0
    assert few.at(5000) == pytest.approx(400)


def test_a_drawing_has_a_name_and_a_description_and_escapes_both():
    root = drawn(LineChart("x", "y", (Series(SCRIPT, (1, 2), (1, 2)),)), SCRIPT, "a & b")
    assert root.get("role") == "img"
    identities = root.get("aria-labelledby").split()
    named = {e.get("id"): e.text for e in root if e.get("id")}
    assert [named[i] for i in identities] == [SCRIPT, "a & b"]
    assert root.find(f"{SVG}script") is None


def test_lines_lie_where_the_values_are():
    xs, ys = (1.0, 10.0, 100.0), (0.2, 0.4, 0.3)
    root = drawn(
        LineChart("k", "P@k", (Series("a", xs, ys, (0.1, 0.3, 0.25), (0.3, 0.5, 0.35)),), log_x=True, percent=True)
    )
    points = corners(of(root, "l")[0])
    assert points[1][0] - points[0][0] == pytest.approx(points[2][0] - points[1][0], abs=0.2)
    heights = [points[0][1] - y for _, y in points]
    assert heights[2] == pytest.approx(heights[1] / 2, abs=0.2)
    band = corners(of(root, "bd")[0])
    assert len(band) == 6
    # Upper ends from the left, then lower ends from the right.
    assert [x for x, _ in band] == [x for x, _ in points] + [x for x, _ in points[::-1]]
    assert all(top < y < bottom for (_, top), (_, y), (_, bottom) in zip(band, points, band[::-1], strict=False))
    told = [e.find(f"{SVG}title").text for e in of(root, "m")]
    assert told == ["a: 1, 20.0 [10.0, 30.0]", "a: 10, 40.0 [30.0, 50.0]", "a: 100, 30.0 [25.0, 35.0]"]
    assert texts(root, "al") == ["P@k (%)", "k"]


def test_points_are_joined_from_left_to_right_whatever_their_order():
    root = drawn(LineChart("x", "y", (Series("a", (3, 1, 2), (30, 10, 20)),)))
    points = corners(of(root, "l")[0])
    assert points == sorted(points)
    assert [y for _, y in points] == sorted((y for _, y in points), reverse=True)


def test_the_diagonal_has_one_scale_on_both_axes():
    root = drawn(LineChart("x", "y", (Series("a", (0.5,), (0.5,)),), diagonal=True, y_range=(0, 1)))
    (x1, y1), (x2, y2) = corners(of(root, "dg")[0])
    x, y = map(float, re.findall(r"[\d.]+", of(root, "m")[0].get("transform"))[:2])
    assert (x, y) == pytest.approx(((x1 + x2) / 2, (y1 + y2) / 2), abs=0.2)


def test_series_differ_in_colour_marker_and_dashes():
    root = drawn(LineChart("x", "y", tuple(Series(str(i), (1, 2), (i, i + 1)) for i in range(8))))
    lines = [e.get("class") for e in of(root, "l", "path")]
    assert lines == [f"l s{i} d{i}" for i in range(8)]
    shapes = {e.get("class").split()[1]: e.get("d") for e in [*of(root, "m"), *of(root, "o")]}
    assert len(set(shapes.values())) == len(shapes) == 8


def test_bars_are_as_tall_as_their_values_and_stand_on_zero():
    root = drawn(BarChart("n", ("p", "q"), (Bars("a", (2.0, 4.0)), Bars("b", (-1.0, None)))))
    one, two, below = (box(e) for e in of(root, "b", "rect") if e.find(f"{SVG}title") is not None)
    assert two["height"] == pytest.approx(2 * one["height"], abs=0.2)
    assert below["height"] == pytest.approx(one["height"] / 2, abs=0.2)
    assert one["y"] + one["height"] == pytest.approx(below["y"], abs=0.2)
    assert texts(root, "vl") == ["2", "4", "−1"]


def test_whiskers_reach_from_end_to_end():
    root = drawn(BarChart("P@1", ("p",), (Bars("a", (0.5,), (0.25,), (0.75,)),), percent=True))
    bar = box(of(root, "b", "rect")[0])
    ends = sorted(float(of(root, "w")[0].get(y)) for y in ("y1", "y2"))
    base = bar["y"] + bar["height"]
    assert [base - end for end in ends] == pytest.approx([1.5 * bar["height"], 0.5 * bar["height"]], abs=0.3)
    assert of(root, "b", "rect")[0].find(f"{SVG}title").text == "p, a: 50.0 [25.0, 75.0]"


def test_bars_lie_where_names_are_long():
    names = ("a rather long name of a method", LONG, "c")
    root = drawn(BarChart("P@1", names, (Bars("a", (0.2, 0.4, None)),), percent=True))
    one, two = (box(e) for e in of(root, "b", "rect"))
    assert one["x"] == two["x"]
    assert two["width"] == pytest.approx(2 * one["width"], abs=0.2)
    assert texts(root, "tk")[:2] == ["a rather long name of a", "method"]
    assert texts(root, "tk")[2].endswith("…")


def test_points_links_and_words():
    groups = (Points("a", (0.0, 1.0), (0.0, 2.0), ("cat", SCRIPT)), Points("b", (4.0, 3.0), (0.0, 2.0)))
    root = drawn(ScatterChart("", "", groups, links=((0, 0), (1, 1)), equal=True))
    places = [
        tuple(map(float, re.findall(r"[\d.]+", e.get("transform"))[:2]))
        for e in of(root, "m")
        if e.find(f"{SVG}title") is not None
    ]
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = places
    # One scale: two up are as long as two across.
    assert ay - by == pytest.approx((dx - bx), abs=0.3)
    assert cx - ax == pytest.approx(2 * (dx - bx), abs=0.3)
    found = [tuple(float(e.get(key)) for key in ("x1", "y1", "x2", "y2")) for e in of(root, "ln")]
    assert found == [(ax, ay, cx, cy), (bx, by, dx, dy)]
    assert texts(root, "wd") == ["cat", SCRIPT[:17] + "…"]


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=3, max_size=20))
def test_the_fitted_line_is_numpys(pairs):
    xs, ys = zip(*pairs, strict=True)
    found = least_squares(xs, ys)
    if len(set(xs)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(tuple(np.polyfit(xs, ys, 1)), abs=1e-6)


def test_words_are_left_out_where_there_is_no_room():
    crowd = Points("a", (0.0,) * 50 + (9.0,), (0.0,) * 50 + (9.0,), tuple(f"word{i}" for i in range(51)))
    root = drawn(ScatterChart("x", "y", (crowd,)))
    assert len(texts(root, "wd")) < 10
    assert len(of(root, "m")) == 51


def test_heat_is_stronger_where_values_are_greater():
    root = drawn(HeatMap(("r", "s"), ("c", "d"), ((0.0, 1.0), (0.5, None)), "x", "y", percent=True))
    cells = [e for e in of(root, "ht", "rect") if e.find(f"{SVG}title") is not None]
    assert [e.get("fill-opacity") for e in cells] == ["0.000", "0.750", "0.375", "0.000"]
    assert [e.find(f"{SVG}title").text for e in cells] == ["r, c: 0.0", "r, d: 100.0", "s, c: 50.0", "s, d: –"]
    assert texts(root, "vl") == ["0.0", "100.0", "50.0", "–"]


def test_panels_are_drawings_of_their_own():
    line = LineChart("x", "y", (Series("a", (1, 2), (1, 2)),))
    two = drawings(Figure("Both", "d", Panels(("before", "after"), (line, line))), "f3")
    assert [one.title for one in two] == ["before", "after"]
    assert [re.search(r'aria-labelledby="([^"]+)"', one.svg)[1] for one in two] == ["f3p1-t f3p1-d", "f3p2-t f3p2-d"]
    assert '<title id="f3p2-t">Both: after</title>' in two[1].svg


@pytest.mark.parametrize(
    "chart",
    [
        LineChart("x", "y", (Series("a", (1,), (0,)),)),
        LineChart("x", "y", (Series("a", (), ()),)),
        BarChart("y", ("p",), (Bars("a", (None,)),)),
        BarChart("y", ("p",), (Bars("a", (0.0,)),)),
        ScatterChart("x", "y", (Points("a", (1,), (1,)),), fit=True),
        ScatterChart("", "", (Points("a", (), ()),)),
        HeatMap(("r",), ("c",), ((None,),)),
        HeatMap(("r",), ("c",), ((3.0,),)),
    ],
)
def test_little_or_nothing_can_be_drawn(chart):
    root = drawn(chart)
    _, _, width, height = map(float, root.get("viewBox").split())
    assert width == 440
    assert height > 30
    assert "nan" not in ElementTree.tostring(root, encoding="unicode")


def test_each_drawing_of_the_sample_is_a_few_kilobytes():
    sizes = [len(one.svg) for block in charts().blocks if isinstance(block, Figure) for one in drawings(block, "f")]
    assert max(sizes) < 20_000
