"""Two spaces of one language compared word by word: how alike they are as they stand, and in relative form."""

from wordrel.comparison.comparing import compare
from wordrel.comparison.report import ComparisonReport
from wordrel.comparison.settings import Settings

__all__ = ["ComparisonReport", "Settings", "compare"]
