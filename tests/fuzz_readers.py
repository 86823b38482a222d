"""Fuzz all readers with atheris, which finds what random damage does not: python -m tests.fuzz_readers [-runs=N]."""

import sys
import tempfile
import warnings
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["wordrel.sources"]):
    from wordrel.sources import archives, collecting, decompression, opening, sniffing  # noqa: F401
    from wordrel.sources.readers import (  # noqa: F401
        fasttext_bin,
        npy,
        numpy_files,
        safetensors_file,
        text,
        word2vec_binary,
    )

from wordrel.errors import FormatError
from wordrel.sources.options import ReadOptions

PICKLE = 0x80
FOLDER = Path(tempfile.mkdtemp())


def read_or_refuse(data: bytes) -> None:
    """Read a file of these bytes; anything but embeddings or a `FormatError` of one line is a find."""
    if data[:1] == bytes([PICKLE]):
        return  # a pickle is a program; gensim's are opened only when a user names one
    path = FOLDER / "fuzzed"
    path.write_bytes(data)
    options = ReadOptions(limit=1000)
    try:
        with opening.open_path(path) as opened:
            found = collecting.collect(sniffing.reader_for(opened)(opened, options), options, str(path))
    except FormatError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert len(found.rows) == len(found.vectors) > 0


def main() -> None:
    """Start from a good file of every format."""
    from tests.sources.readers import test_damaged, test_damaged_text

    corpus = FOLDER / "corpus"
    corpus.mkdir()
    for name, content in test_damaged.GOOD.items():
        (corpus / name).write_bytes(content)
    for name, content in test_damaged_text.GOOD.items():
        (corpus / name).write_text(content, "utf-8", newline="")
    warnings.simplefilter("ignore")
    atheris.Setup([*sys.argv, str(corpus)], read_or_refuse)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
