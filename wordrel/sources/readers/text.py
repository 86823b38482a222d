"""word2vec, fastText and GloVe text: a word and its numbers a line, with or without a header of two counts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from wordrel.errors import FormatError
from wordrel.sources.opening import Opened
from wordrel.sources.options import ReadOptions
from wordrel.sources.readers.decimals import PADDING, DecimalParser
from wordrel.sources.readers.lines import count_numbers, decode, is_number, parse_line
from wordrel.sources.rows import Block, Table

# Text that is parsed at once: small enough to stay in a core's cache with what is made of it.
_CHUNK = 1 << 19
# No number takes more characters than this, and no word more than that: a longer line is no line of vectors.
_LONGEST_NUMBER, _LONGEST_WORD = 64, 1 << 16
_LARGE_PIECE = 31 << 20
_BLANK, _LINE_END = ord(" "), ord("\n")


def read(opened: Opened, options: ReadOptions) -> Table:
    """Read a ``.vec`` or ``.txt`` file.

    Words may contain blanks and no-break spaces: the numbers are counted from the end of the line. Trailing blanks,
    carriage returns and a byte order mark are passed over.

    Raises
    ------
    FormatError
        Names the line that is wrong.
    """
    first = opened.stream.readline(1 << 20).removeprefix(b"\xef\xbb\xbf")
    if not first:
        raise FormatError(opened.name, "is empty; check that the download is complete")
    declared = _header(first)
    if declared is None:
        dimensions = count_numbers(first)
        if not dimensions:
            problem = "expected a word and its numbers, or a header of two counts; is this a .vec file?"
            raise FormatError(opened.name, problem, 1)
        if not first.endswith(b"\n") and opened.head(1):
            raise FormatError(opened.name, "is longer than a line of vectors can be; is this a .vec file?", 1)
        return Table(dimensions, _Rows(opened, dimensions, 1, None, options.limit, first).blocks(), first_line=1)
    rows, dimensions = declared
    if not dimensions:
        raise FormatError(opened.name, "the header promises vectors of 0 numbers; correct the header", 1)
    blocks = _Rows(opened, dimensions, 2, rows, options.limit).blocks()
    return Table(dimensions, blocks, rows, first_line=2)


def _header(line: bytes) -> tuple[int, int] | None:
    fields = line.split()
    if len(fields) == 2 and all(field.isdigit() and len(field) < 12 for field in fields):
        return int(fields[0]), int(fields[1])
    return None


class _Rows:
    """Walks over the lines of a file in chunks of about a million characters."""

    def __init__(
        self,
        opened: Opened,
        dimensions: int,
        line: int,
        declared: int | None,
        limit: int | None,
        begun: bytes = b"",
    ) -> None:
        self._name, self._stream, self._dimensions = opened.name, opened.stream, dimensions
        self._line, self._declared, self._limit, self._begun = line, declared, limit, begun
        self._parser = DecimalParser(dimensions)
        # The C library gives memory back to the system, and asks for it again, for each of a chunk's arrays, until a
        # larger piece was freed once: this saves a quarter of the time, and touches nothing.
        np.empty(_LARGE_PIECE, dtype=np.uint8)
        self._blank_line: int | None = None

    def blocks(self) -> Iterator[Block]:
        done = 0
        for chunk in self._chunks():
            words, values = self._parse(chunk)
            if self._limit is not None and done + len(words) >= self._limit:
                yield Block(words[: self._limit - done], values[: self._limit - done])
                return
            done += len(words)
            if self._declared is not None and done > self._declared:
                problem = f"the header promises {self._declared:,} words and there are more; correct the header"
                raise FormatError(self._name, problem, 1)
            if words:
                yield Block(words, values)
        if self._declared is not None and done < self._declared:
            problem = f"the header promises {self._declared:,} words and there are {done:,}; download the file again"
            raise FormatError(self._name, problem)
        if not done:
            raise FormatError(self._name, "has no vectors in it; check that the download is complete")

    def _chunks(self) -> Iterator[bytes]:
        """Whole lines, `_CHUNK` characters of them or a little more; less where a limit is near."""
        longest = self._dimensions * _LONGEST_NUMBER + _LONGEST_WORD
        size, rows, read, first_line = _CHUNK, 0, 0, self._line
        while True:
            if self._limit is not None and read:
                # Nothing beyond the limit is asked for: what comes over the network stops there.
                size = min(_CHUNK, (self._limit - rows) * read // max(rows, 1) + 1)
            elif self._limit is not None:
                size = min(_CHUNK, self._limit * self._dimensions * 4 + 1)
            chunk = self._stream.read(size)
            if self._begun:
                chunk, self._begun = self._begun + chunk, b""
            if not chunk:
                return
            if not chunk.endswith(b"\n"):
                chunk += self._rest_of_line(longest, chunk)
            yield chunk
            read += len(chunk)
            rows = self._line - first_line

    def _parse(self, chunk: bytes) -> tuple[list[str], npt.NDArray[np.float32]]:
        for ending in (b"\r\n", b" \n", b"\t\n"):
            if chunk.endswith(ending):
                chunk = chunk.replace(ending, b"\n")
        text = b" " * (PADDING - 1) + b"\n" + chunk + (b"" if chunk.endswith(b"\n") else b"\n")
        data = np.frombuffer(text, dtype=np.uint8)
        places = np.flatnonzero((data == _BLANK) | (data == _LINE_END))[PADDING - 1 :]
        line_ends = np.flatnonzero(data[places] == _LINE_END)  # the first is the one before the chunk
        starts, ends = places[line_ends[:-1]] + 1, places[line_ends[1:]]
        regular = np.diff(line_ends) == self._dimensions + 1
        if regular.all():
            # After the word, after its first number, ..., at the end of the line.
            fields = places[1:].reshape(-1, self._dimensions + 1)
        else:
            fields = places[line_ends[:-1][regular][:, None] + np.arange(1, self._dimensions + 2)]
        numbers, odd = self._read_numbers(text, data, fields)
        values = numbers if regular.all() else np.empty((len(starts), self._dimensions), dtype=np.float32)
        values[regular] = numbers
        word_ends = starts.copy()
        word_ends[regular] = fields[:, 0]
        close = ~regular | (word_ends == starts)
        close[np.flatnonzero(regular)[odd]] = True
        bounds = list(zip(starts.tolist(), word_ends.tolist(), strict=True))
        try:
            words = [text[a:b].decode() for a, b in bounds]
        except UnicodeDecodeError:
            words = [decode(text[a:b], self._name, row) for row, (a, b) in enumerate(bounds, self._line)]
        blank = []
        for row in np.flatnonzero(close).tolist():
            line = text[starts[row] : ends[row]]
            if not line.strip():
                blank.append(row)
                continue
            words[row], values[row] = parse_line(line, self._dimensions, self._name, self._line + row)
        filled = self._without_blank_end(len(words), blank)
        self._line += len(words)
        return words[:filled], values[:filled]

    def _read_numbers(
        self, text: bytes, data: npt.NDArray[np.uint8], fields: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.float32], list[int]]:
        """All numbers between the places in `fields`, and the rows in which something is no number."""
        values = np.empty((len(fields), self._dimensions), dtype=np.float32)
        before, ends = fields[:, :-1], fields[:, 1:]
        odd = set()
        with np.errstate(over="ignore"):  # too large a number is infinite, which is refused with its word
            for place in self._parser.parse(data, before, ends, values).tolist():
                field = text[before.flat[place] + 1 : ends.flat[place]]
                if is_number(field):
                    values.flat[place] = float(field)
                else:
                    odd.add(place // self._dimensions)
        return values, sorted(odd)

    def _without_blank_end(self, n_lines: int, blank: list[int]) -> int:
        """How many lines there are before the empty ones at the end; those in the middle are errors."""
        filled = n_lines - len(blank)
        if self._blank_line is None and blank:
            self._blank_line = self._line + blank[0]
        before = self._blank_line is not None and self._blank_line < self._line
        if (before and filled) or blank != list(range(filled, n_lines)):
            raise FormatError(self._name, "is an empty line in the middle of the file; leave it out", self._blank_line)
        return filled

    def _rest_of_line(self, longest: int, begun: bytes) -> bytes:
        rest = self._stream.readline(longest)
        if len(rest) == longest and not rest.endswith(b"\n"):
            problem = f"has more than {longest:,} characters, more than a line of vectors; is this a .vec file?"
            raise FormatError(self._name, problem, self._line + begun.count(b"\n"))
        return rest
