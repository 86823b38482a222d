"""The way out: objects of gensim and spaCy, and aligned spaces in files that other tools read."""

from wordrel.interop.exporting import Exported, Written, export
from wordrel.interop.formats import FORMATS
from wordrel.interop.gensim_vectors import from_gensim, to_gensim
from wordrel.interop.spacy_pipeline import to_spacy

__all__ = ["FORMATS", "Exported", "Written", "export", "from_gensim", "to_gensim", "to_spacy"]
