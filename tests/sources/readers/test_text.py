"""The reader of text against Python's own float, line by line."""

import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordrel.errors import FormatError
from wordrel.sources.opening import open_stream
from wordrel.sources.options import ReadOptions
from wordrel.sources.readers import text


def read(content, limit=None):
    content = content if isinstance(content, bytes) else content.encode()
    with open_stream(io.BytesIO(content), "a.vec") as opened:
        table = text.read(opened, ReadOptions(limit=limit))
        words, values = [], [np.empty((0, table.dimensions), dtype=np.float32)]
        for block in table.blocks:
            words += block.words
            values.append(block.vectors)
    return words, np.concatenate(values)


def by_hand(content, dimensions):
    """Words and numbers, counted from the ends of the lines."""
    words, values = [], []
    for line in content.split("\n"):
        if line:
            fields = line.rsplit(" ", dimensions)
            words.append(fields[0])
            values.append([float(field) for field in fields[1:]])
    return words, np.array(values, dtype=np.float32)


# Blanks at the ends of words cannot be told from those between numbers; a word's last part may not be a number with a point.
word = st.text(st.characters(codec="utf-8", exclude_characters="\n \t\r\x0b\x0c\0.\ufeff"), min_size=1, max_size=8)
words_with_blanks = st.lists(word, min_size=1, max_size=3).map(" ".join)
number = st.one_of(
    st.floats(-1e6, 1e6, width=32).map(lambda x: f"{x:.4f}"),
    st.floats(width=32, allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(10**9), 10**9).map(str),
)


@given(st.lists(st.tuples(words_with_blanks, st.lists(number, min_size=3, max_size=3)), min_size=1, max_size=30))
def test_any_words_with_any_numbers(rows):
    content = "".join(f"{name} {' '.join(numbers)}\n" for name, numbers in rows)
    words, values = read(f"{len(rows)} 3\n{content}")
    wanted_words, wanted = by_hand(content, 3)
    assert words == wanted_words == [name for name, _ in rows]
    np.testing.assert_array_max_ulp(values, wanted, maxulp=1)


@pytest.mark.parametrize("chunk", [40, 1000, 1 << 19])
def test_chunks_leave_no_trace(monkeypatch, chunk):
    monkeypatch.setattr(text, "_CHUNK", chunk)
    rng = np.random.default_rng(0)
    lines = [
        f"w{i}{' x' if i % 97 == 0 else ''} {' '.join(f'{x:.4f}' for x in rng.normal(size=5))}" for i in range(700)
    ]
    words, values = read("\n".join(["700 5", *lines]))
    wanted_words, wanted = by_hand("\n".join(lines), 5)
    assert words == wanted_words
    np.testing.assert_array_max_ulp(values, wanted, maxulp=1)
    for limit in (1, 6, 699, 700, 9999):
        assert read("\n".join(["700 5", *lines]), limit)[0] == wanted_words[:limit]


@pytest.mark.parametrize("chunk", [40, 1 << 19])
def test_blank_lines(monkeypatch, chunk):
    monkeypatch.setattr(text, "_CHUNK", chunk)
    lines = [f"w{i} {i} {i}.5" for i in range(30)]
    assert len(read("\n".join(lines) + "\n\n \n\r\n" + "\n" * 50)[0]) == 30
    for place in (1, 7, 29):
        broken = "\n".join([*lines[:place], "", *lines[place:]])
        with pytest.raises(FormatError) as error:
            read(broken)
        assert str(error.value) == f"a.vec:{place + 1}: is an empty line in the middle of the file; leave it out"


def test_a_limit_reads_hardly_further_than_it_has_to():
    line = b"word " + b" ".join([b"0.1234"] * 300) + b"\n"
    stream = io.BytesIO(b"100000 300\n" + line * 20_000)
    with open_stream(stream, "a.vec") as opened:
        blocks = list(text.read(opened, ReadOptions(limit=5000)).blocks)
    assert sum(len(block.words) for block in blocks) == 5000
    assert stream.tell() < 1.02 * 5000 * len(line) + (1 << 21)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"0" * 9_000_000, "a.vec:1: expected a word and its numbers, or a header of two counts; is this a .vec file?"),
        (
            b"3 2\na 1 2\n" + b"0" * 9_000_000,
            "a.vec:3: has more than 65,664 characters, more than a line of vectors; is this a .vec file?",
        ),
        ("2 2\na 1 2\nb 1\xa02\n", "a.vec:3: expected 2 numbers, found 0; correct the line or leave it out"),
        (
            "2 2\na 1 2\nb 1_0 2\n",
            "a.vec:3: expected 2 numbers after 'b', found '1_0'; correct the line or leave it out",
        ),
        (
            "2 3\na 1 2\nb 1 2\n",
            "a.vec:2: expected 3 numbers, found 2; correct the line or leave it out",
        ),
        ("2 2\na 1 2\nb 1 2\nc 1 2\n", "a.vec:1: the header promises 2 words and there are more; correct the header"),
        ("9 2\na 1 2\n", "a.vec: the header promises 9 words and there are 1; download the file again"),
    ],
)
def test_bad_text(content, message):
    with pytest.raises(FormatError) as error:
        read(content)
    assert str(error.value) == message


def test_a_row_of_another_length_among_a_hundred_thousand():
    lines = [f"w{i} 0.5 -0.25" for i in range(100_000)]
    for change, found in ((lambda line: line + " 0.5", 3), (lambda line: line.rsplit(" ", 1)[0], 1)):
        broken = [change(line) if i == 54_321 else line for i, line in enumerate(lines)]
        with pytest.raises(FormatError, match=f"^{re.escape('a.vec:54323:')} expected 2 numbers, found {found};"):
            read("\n".join(["100000 2", *broken]))


def test_numbers_too_large_for_float32_become_infinite():
    assert np.isposinf(read("a 1e300 1\nb 1 1\n")[1][0, 0])
