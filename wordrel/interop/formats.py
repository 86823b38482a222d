"""The formats that aligned spaces are written in, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from wordrel.errors import InvalidParameter
from wordrel.interop.arrays import FINAL_NULS, LINE_BREAKS, write_npz, write_parquet, write_safetensors
from wordrel.interop.gensim_vectors import write_keyed_vectors
from wordrel.interop.rows import Rows, Unwritable
from wordrel.interop.spacy_pipeline import write_pipeline
from wordrel.interop.text import BLANKS, write_glove, write_word2vec, write_word2vec_binary

DTYPES = ("float32", "float16")

Writer = Callable[[Rows, Path], None]


@dataclass(frozen=True)
class Format:
    """How one format is written.

    Attributes
    ----------
    suffix : str
        What follows the language in the name of its file; folders have none.
    write : callable
        Writes rows to a path.
    opening : str
        A line of Python that opens it; ``{}`` is the path.
    unwritable : Unwritable, optional
        What a word cannot have in it.
    has_float16 : bool
        Whether `write` takes a ``dtype``.
    """

    suffix: str
    write: Callable[..., None]
    opening: str
    unwritable: Unwritable | None = None
    has_float16: bool = False

    def writer(self, dtype: str, name: str) -> Writer:
        """Choose the type of the numbers.

        Raises
        ------
        InvalidParameter
            When the format does not have it.
        """
        if dtype not in DTYPES:
            raise InvalidParameter(f"unknown dtype '{dtype}'; choose {' or '.join(DTYPES)}")
        if self.has_float16:
            return partial(self.write, dtype=dtype)
        if dtype != "float32":
            having = [other for other, one in FORMATS.items() if one.has_float16]
            raise InvalidParameter(f"the format {name} has no {dtype}; choose one of: {', '.join(having)}")
        return self.write


_WORD2VEC = "gensim.models.KeyedVectors.load_word2vec_format({!r}"

FORMATS: dict[str, Format] = {
    "word2vec": Format(".vec", write_word2vec, _WORD2VEC + ")", BLANKS),
    "word2vec-binary": Format(".bin", write_word2vec_binary, _WORD2VEC + ", binary=True)", BLANKS),
    "glove": Format(".txt", write_glove, _WORD2VEC + ", no_header=True)", BLANKS),
    "npz": Format(".npz", write_npz, "numpy.load({!r})['vectors']", FINAL_NULS, has_float16=True),
    "safetensors": Format(
        "",
        write_safetensors,
        "safetensors.numpy.load_file({!r} + '/model.safetensors')['embeddings']",
        LINE_BREAKS,
        has_float16=True,
    ),
    "parquet": Format(".parquet", write_parquet, "pyarrow.parquet.read_table({!r})", has_float16=True),
    "spacy": Format("", write_pipeline, "spacy.load({!r})"),
    "gensim": Format(".kv", write_keyed_vectors, "gensim.models.KeyedVectors.load({!r})"),
}
