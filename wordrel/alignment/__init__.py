"""Alignment: two or more spaces made comparable, with look-ups across and within them; saved, loaded, shared."""

from wordrel.alignment.alignment import Alignment, Scorer
from wordrel.alignment.loading import load_alignment

__all__ = ["Alignment", "Scorer", "load_alignment"]
