"""The words of an embedding table: a ``tokenizer.json`` beside it, or its words, one a line."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wordrel.errors import FormatError, WordrelWarning
from wordrel.sources.readers import vocabulary

# How WordPiece marks what continues a word, and how SentencePiece marks what begins one.
_CONTINUES = "##"
_BEGINS = "\u2581"


def words(table: Path, n_rows: int) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Words of a table and their rows.

    A vocabulary of pieces has whole words and parts of words: pieces that continue a word are no words and are left out
    with a warning, and so are rows without a word. The mark of a beginning is taken off.

    Parameters
    ----------
    table : Path
        The file that holds the table.
    n_rows : int
        How many rows it has.

    Raises
    ------
    FormatError
        When there is no vocabulary, or it has words for other rows.
    """
    file = table.with_name("tokenizer.json")
    if file.is_file():
        return _whole_words(file, _tokens(file), n_rows)
    found = vocabulary.find(vocabulary.beside(table))
    if found is None:
        raise FormatError(table, "its words are missing; put tokenizer.json, or words.txt with one a line, beside it")
    listed = vocabulary.read(found)
    if len(listed) != n_rows:
        raise FormatError(
            table, f"has {n_rows:,} vectors and {found.name} {len(listed):,} words; there must be as many"
        )
    return listed, np.arange(n_rows)


def _tokens(file: Path) -> dict[int, str]:
    """Tokens by number, in order."""
    try:
        content = json.loads(file.read_bytes())
    except OSError as error:
        raise FormatError(file, f"cannot be read ({error.strerror}); check its permissions") from None
    except (ValueError, RecursionError):
        raise FormatError(file, "is not readable JSON; download it again") from None
    model = content.get("model") if isinstance(content, dict) else None
    found = model.get("vocab") if isinstance(model, dict) else None
    added = content.get("added_tokens") if isinstance(content, dict) else None
    pairs: list[tuple[Any, Any]] = []
    if isinstance(found, dict):
        pairs = [(number, token) for token, number in found.items()]
    elif isinstance(found, list):
        # Unigram: a token and its logarithmic probability.
        pairs = [
            (number, entry[0] if isinstance(entry, list) and entry else None) for number, entry in enumerate(found)
        ]
    if isinstance(added, list):
        pairs += [(entry.get("id"), entry.get("content")) for entry in added if isinstance(entry, dict)]
    if not pairs or not all(type(number) is int and isinstance(token, str) for number, token in pairs):
        raise FormatError(file, "has no vocabulary in it; save the tokenizer again")
    return dict(sorted(pairs))


def _whole_words(file: Path, tokens: dict[int, str], n_rows: int) -> tuple[list[str], npt.NDArray[np.int64]]:
    if min(tokens) < 0 or max(tokens) >= n_rows:
        raise FormatError(
            file, f"numbers its tokens up to {max(tokens):,}, and there are {n_rows:,} vectors; save it again"
        )
    begins = any(token.startswith(_BEGINS) for token in tokens.values())
    whole = {
        number: token.removeprefix(_BEGINS)
        for number, token in tokens.items()
        if (len(token) > 1 if token.startswith(_BEGINS) else not begins)
        and (not token.startswith(_CONTINUES) or len(token) == len(_CONTINUES))
        and vocabulary.is_text(token)
    }
    if len(whole) < n_rows:
        left_out = n_rows - len(whole)
        noun = "row that is" if left_out == 1 else "rows that are"
        warnings.warn(f"{file}: {left_out:,} {noun} not of a whole word left out", WordrelWarning, stacklevel=4)
    return list(whole.values()), np.fromiter(whole, np.int64, len(whole))
