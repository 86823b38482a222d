"""Text and binary files as word2vec, fastText and GloVe have them.

References
----------
The formats are those of the programs: word2vec's ``word2vec.c`` (text and binary), fastText's ``saveVectors`` (the same
text), and GloVe's ``glove.c`` (text without the header).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np

from wordrel.interop.rows import Rows, Unwritable
from wordrel.relative import Array32

BLANKS = Unwritable(r"[ \t\r\n\v\f]", "blanks")
"""Where these programs end a word. No-break spaces are none of them."""


def write_word2vec(rows: Rows, path: Path) -> None:
    """Write a header of two counts, then a word and its numbers a line, with the digits that give the same float32."""
    with path.open("wb") as stream:
        stream.write(f"{len(rows.words)} {rows.dimensions}\n".encode())
        _write_lines(rows, stream)


def write_glove(rows: Rows, path: Path) -> None:
    """Write the same lines without a header."""
    with path.open("wb") as stream:
        _write_lines(rows, stream)


def write_word2vec_binary(rows: Rows, path: Path) -> None:
    """Write a header, then a word, a blank, little-endian float32 numbers and a line break for each row."""
    with path.open("wb") as stream:
        stream.write(f"{len(rows.words)} {rows.dimensions}\n".encode())
        for words, vectors in rows.blocks():
            numbers = vectors.astype("<f4", copy=False)
            stream.writelines(
                b"%b %b\n" % (word.encode(), row.tobytes()) for word, row in zip(words, numbers, strict=True)
            )


def _write_lines(rows: Rows, stream: IO[bytes]) -> None:
    for words, vectors in rows.blocks():
        stream.write(_lines(words, vectors))


def _lines(words: Sequence[str], vectors: Array32) -> memoryview:
    # polars writes 18 million numbers in a second of CPU, the shortest that are read back the same; '%.7g' takes three
    # times as long, and gensim's own str() nine times.
    import polars as pl

    columns = {str(number): column for number, column in enumerate(np.ascontiguousarray(vectors.T))}
    text = io.BytesIO()
    table = pl.DataFrame({"word": words, **columns})
    table.write_csv(text, include_header=False, separator=" ", quote_style="never")
    return text.getbuffer()
