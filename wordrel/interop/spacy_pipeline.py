"""Blank spaCy pipelines with word vectors."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from wordrel.embeddings import Embeddings
from wordrel.errors import InvalidParameter, MissingExtra, WordrelWarning, shorten
from wordrel.interop.rows import Rows, check_unicode, dense
from wordrel.relative import Array32
from wordrel.sparse import is_sparse

if TYPE_CHECKING:
    from spacy.language import Language

# spaCy's code of the pipeline that is for any language.
ANY_LANGUAGE = "xx"


def to_spacy(embeddings: Embeddings, language: str | None = None) -> Language:
    """Make a blank spaCy pipeline that has these vectors, raw or aligned.

    Parameters
    ----------
    embeddings : Embeddings
    language : str, optional
        Language of the pipeline, which is to say of its tokenizer. When left out that of the embeddings, or ``xx`` (any
        language) where spaCy does not have it.

    Returns
    -------
    spacy.language.Language
        Its ``vocab`` has all words and a copy of the matrix, as spaCy writes into its own: ``Vectors.most_similar``
        even into the rows that it is asked about. ``nlp.meta`` says where the vectors are from.

    Raises
    ------
    MissingExtra
        Without spaCy.
    InvalidParameter
        When spaCy does not have the language that was named, the rows are sparse and too many to be made dense, or a
        word is no Unicode text.

    Warns
    -----
    WordrelWarning
        When ``xx`` takes the place of the language of the embeddings.
    """
    check_unicode(embeddings)
    vectors = dense(embeddings)
    own = vectors if is_sparse(embeddings.vectors) else vectors.copy()
    return _pipeline(embeddings, own, language)


def _pipeline(embeddings: Embeddings, vectors: Array32, language: str | None) -> Language:
    try:
        from spacy.vectors import Vectors
    except ImportError:
        raise MissingExtra("a spaCy pipeline", "spacy", "to-spacy") from None
    nlp = _blank(embeddings.language if language is None else language, named=language is not None)
    for word in embeddings.words:
        nlp.vocab.strings.add(word)
    name = f"wordrel_{embeddings.language}"
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=vectors, keys=embeddings.words, name=name)
    provenance = embeddings.provenance
    source = str(provenance.get("source", "an unknown source"))
    nlp.meta["description"] = f"{len(embeddings):,} word vectors of {embeddings.language} from {source}"
    if "licence" in provenance:
        nlp.meta["license"] = str(provenance["licence"])
    return nlp


def _blank(language: str, named: bool) -> Language:
    import spacy

    # Of pt-BR spaCy knows pt. Its folder of languages has other modules too, which are no codes.
    code = re.split("[-_]", language)[0].lower()
    if re.fullmatch("[a-z]{2,3}", code):
        try:
            return spacy.blank(code)
        except ImportError:
            pass
    problem = f"spaCy has no language '{shorten(language)}', or a package that it needs for it is not installed"
    if named:
        raise InvalidParameter(f"{problem}; take '{ANY_LANGUAGE}', which is for any language")
    warnings.warn(f"{problem}; the pipeline is the one for any language", WordrelWarning, stacklevel=4)
    return spacy.blank(ANY_LANGUAGE)


def write_pipeline(rows: Rows, path: Path) -> None:
    """Write the folder of a pipeline, for ``spacy.load``."""
    embeddings = rows.embeddings()
    _pipeline(embeddings, dense(embeddings), None).to_disk(path)
