"""Nearest neighbours over FAISS, exact and approximate; CSLS, which lives in `wordrel.csls`, is at hand here too."""

from wordrel.csls import csls_top
from wordrel.search.index import SearchIndex

__all__ = ["SearchIndex", "csls_top"]
