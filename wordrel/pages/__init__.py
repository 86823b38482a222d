"""What was measured, as a document that people read: tables, charts, and a verdict in words."""

from wordrel.pages.comparison import comparison_page
from wordrel.pages.evaluation import evaluation_page
from wordrel.pages.overview import Result, overview_page, result_of

__all__ = ["Result", "comparison_page", "evaluation_page", "overview_page", "result_of"]
