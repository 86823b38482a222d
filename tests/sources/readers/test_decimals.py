import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordrel.sources.readers import decimals
from wordrel.sources.readers.decimals import PADDING, DecimalParser


def parse(rows):
    """The values of rows of texts, and the flat places that are left over."""
    text = " " * PADDING + " ".join(field for row in rows for field in row) + " "
    data = np.frombuffer(text.encode(), dtype=np.uint8)
    blanks = np.flatnonzero(data == ord(" "))[PADDING - 1 :]
    shape = len(rows), len(rows[0])
    out = np.empty(shape, dtype=np.float32)
    rest = DecimalParser(shape[1]).parse(data, blanks[:-1].reshape(shape), blanks[1:].reshape(shape), out)
    return out, rest.tolist()


PLAIN = [
    "0", "-0", "7", "-7", "5.", ".5", "-.5", "0.1", "-0.1234", "12.5", "-999.875", "99999999", "123456789",
    "1234567.8", "12345678.12345", "-123456.7890123", "0.1234567", "-0.12345678", "0.123456789012", "-0.00000001",
    "0000000000000.25", "1234567890123456", "0.00000000000001", "-0.00000000000001", "00000000.0000001",
]  # fmt: skip
OTHER = ["", "-", ".", "-.", "--1", "1-", "1.2.3", "1..2", "+5", "1e-05", "nan", "inf", "0x1", "1_0", "a", "1,5",
         "0.12345678901234567", "1.2345678.1234", "/", ":", "0.1:", "0.1/2", "é", "\x7f", "\x80"]  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_a_decimal_number_is_what_float_says(text):
    out, rest = parse([[text]])
    assert rest == []
    assert out[0, 0] == np.float32(float(text)) and np.signbit(out[0, 0]) == text.startswith("-")


@pytest.mark.parametrize("text", OTHER)
def test_anything_else_is_left_to_the_caller(text):
    assert parse([[text]])[1] == [0]
    assert parse([["0.25", text, "-0.5"]])[1] == [1]


def test_a_number_does_not_depend_on_its_neighbours():
    texts = PLAIN + OTHER
    rng = np.random.default_rng(0)
    rows = [[texts[i] for i in rng.integers(len(texts), size=7)] for _ in range(300)]
    out, rest = parse(rows)
    flat = [text for row in rows for text in row]
    assert rest == [i for i, text in enumerate(flat) if text in OTHER]
    wanted = [0.0 if text in OTHER else float(text) for text in flat]
    values = np.where(np.isin(np.arange(len(flat)), rest), 0, out.ravel())
    np.testing.assert_array_max_ulp(values.astype(np.float32), np.array(wanted, dtype=np.float32), maxulp=1)


def test_more_numbers_than_are_worked_on_at_once(monkeypatch):
    monkeypatch.setattr(decimals, "_AT_ONCE", 10)
    rows = [[f"{i}.{j}5", "x" if i == 8 else f"-{i}"] for i, j in zip(range(17), range(17), strict=True)]
    out, rest = parse(rows)
    assert rest == [17]
    assert out[16].tolist() == [np.float32(16.165), -16] and out[7].tolist() == [7.75, -7]


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=30), st.integers(0, 9))
def test_whatever_is_printed_is_read(values, digits):
    texts = [f"{value:.{digits}f}" for value in values]
    out, rest = parse([texts])
    short = [i for i, text in enumerate(texts) if i not in rest]
    assert all(len(texts[i].lstrip("-")) > 16 for i in rest)
    wanted = np.array([float(texts[i]) for i in short], dtype=np.float32)
    np.testing.assert_array_max_ulp(out[0, short], wanted, maxulp=1)


@given(st.text(st.characters(codec="utf-8", exclude_characters=" "), max_size=20))
def test_no_text_is_taken_for_another_number(text):
    out, rest = parse([[text]])
    if rest == []:
        assert out[0, 0] == pytest.approx(np.float32(float(text)), rel=3e-7)
