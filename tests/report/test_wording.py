import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.sample import EMOJI, LONG
from wordrel.report import Column, Deviation, Spread, Table
from wordrel.report.wording import best_rows, cell_text, column_title, ems, fit, number, shorten, tame, visible


def test_what_cannot_be_seen_is_spelt_out_and_what_joins_letters_stays():
    assert visible("a\tb\nc\x00d\u202ee\ud800") == "a b c\\x00d\\u202ee\\ud800"
    assert visible("می\u200cخواهم " + EMOJI) == "می\u200cخواهم " + EMOJI


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("abe\u0301f", 4, "ab…"),  # never the letter without its accent
        ("ab" + EMOJI + "cd", 5, "ab…"),
        (LONG, 80, "x" * 79 + "…"),
    ],
)
def test_long_strings_end_between_characters(text, limit, expected):
    assert shorten(text, limit) == expected


@given(st.text(), st.integers(1, 50))
def test_shortened_strings_fit_and_are_printable_in_any_file(text, limit):
    assert len(shorten(text, limit)) <= max(limit, 2)
    shorten(text, limit).encode("utf-8")
    assert not set(visible(text)) & set("\n\r\t\x00\u202e")


def test_running_text_has_no_word_longer_than_a_line():
    assert tame("a  word\n" + LONG, 10) == "a word xxxxxxxxx…"


@given(st.text(), st.floats(3, 30))
def test_what_is_made_to_fit_fits(text, width):
    assert ems(fit(text, width)) <= max(width, 3.2)


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (1234567, None, "1,234,567"),
        (-0.05, 2, "−0.05"),
        (-0.0001, 2, "0.00"),
        (0.5, None, "0.500"),
        (1e6, 1, "1,000,000.0"),
    ],
)
def test_numbers_for_people(value, digits, expected):
    assert number(value, digits) == expected


@pytest.mark.parametrize(
    ("cell", "column", "expected"),
    [
        (None, Column("x", "number"), "–"),
        ("<b>", Column("x", "number"), "<b>"),
        (7, Column("x", "number"), "7"),
        (0.4634, Column("x", "percent"), "46.3"),
        (Spread(0.463, 0.441, 0.4894), Column("x", "percent"), "46.3 [44.1, 48.9]"),
        (Deviation(0.3604, 0.0041), Column("x", "number"), "0.360 ± 0.004"),
        (0.00001, Column("x", "number"), "<0.001"),
        (0.0, Column("x", "number"), "0.000"),
        (2.345, Column("x", "number", 1), "2.3"),
    ],
)
def test_cells_are_printed_by_their_column(cell, column, expected):
    assert cell_text(cell, column) == expected


def test_the_best_is_what_is_printed_best():
    table = Table(
        "t",
        (
            Column("m"),
            Column("p", "percent", best="high"),
            Column("loss", "number", 1, best="low"),
            Column("n", "number"),
        ),
        (("a", 0.5001, 2.0, 1), ("b", Spread(0.5, 0.4, 0.6), 3.0, 2), ("c", None, 2.04, 3)),
    )
    assert [best_rows(table, i) for i in range(4)] == [set(), {0, 1}, {0, 2}, set()]
    assert [column_title(c) for c in table.columns] == ["m", "p (%)", "loss", "n"]
