"""wordrel aligns word embeddings of different languages and models with relative representations.

Examples
--------
>>> import wordrel
>>> en, it = wordrel.load("embedded:en"), wordrel.load("embedded:it")
>>> pairs = wordrel.load_dictionary("embedded:en-it")
>>> alignment = wordrel.align(en, it, pairs)
>>> [neighbor.word for neighbor in alignment.translate("gatto", source="it", k=2)]
['cat', 'rabbit']
>>> report = wordrel.evaluate(alignment, pairs.test)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from wordrel._version import __version__

if TYPE_CHECKING:
    from wordrel.alignment import Alignment, load_alignment
    from wordrel.comparison import ComparisonReport, compare
    from wordrel.dictionary import BilingualDictionary
    from wordrel.embeddings import Embeddings
    from wordrel.errors import WordrelError
    from wordrel.evaluation import EvaluationReport, evaluate
    from wordrel.fitting import align
    from wordrel.interop import from_gensim, to_gensim, to_spacy
    from wordrel.methods.projection import RelativeProjection
    from wordrel.multifitting import align_many
    from wordrel.parts import Neighbor
    from wordrel.search import SearchIndex
    from wordrel.sources import load, load_dictionary
    from wordrel.sources.sentence_pairs import load_sentences
    from wordrel.sources.similarity_files import load_similarity

# Public names and where they live. A module is imported when its name is first used (PEP 562), so that
# `wordrel --help` does not wait for numpy.
_HOMES = {
    "Alignment": "alignment",
    "BilingualDictionary": "dictionary",
    "ComparisonReport": "comparison",
    "Embeddings": "embeddings",
    "EvaluationReport": "evaluation",
    "Neighbor": "parts",
    "RelativeProjection": "methods.projection",
    "SearchIndex": "search",
    "WordrelError": "errors",
    "align": "fitting",
    "align_many": "multifitting",
    "compare": "comparison",
    "evaluate": "evaluation",
    "from_gensim": "interop.gensim_vectors",
    "load": "sources",
    "load_alignment": "alignment",
    "load_dictionary": "sources",
    "load_sentences": "sources.sentence_pairs",
    "load_similarity": "sources.similarity_files",
    "to_gensim": "interop.gensim_vectors",
    "to_spacy": "interop.spacy_pipeline",
}

__all__ = [
    "Alignment",
    "BilingualDictionary",
    "ComparisonReport",
    "Embeddings",
    "EvaluationReport",
    "Neighbor",
    "RelativeProjection",
    "SearchIndex",
    "WordrelError",
    "__version__",
    "align",
    "align_many",
    "compare",
    "evaluate",
    "from_gensim",
    "load",
    "load_alignment",
    "load_dictionary",
    "load_sentences",
    "load_similarity",
    "to_gensim",
    "to_spacy",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"wordrel.{_HOMES[name]}"), name)
    # Submodules too: `wordrel.search.csls_top` without a second import line.
    try:
        return import_module(f"wordrel.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"wordrel.{name}":
            raise
    raise AttributeError(f"module 'wordrel' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
