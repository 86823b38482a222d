"""Evaluation: an alignment and what is known to be right in, a frozen report out."""

from wordrel.evaluation.evaluate import TASKS, evaluate, evaluate_plain
from wordrel.evaluation.learning import learning_curve
from wordrel.evaluation.report import EvaluationReport
from wordrel.evaluation.scores import Reranked, Scores
from wordrel.evaluation.versus import Comparison, compare_answers

__all__ = [
    "TASKS",
    "Comparison",
    "EvaluationReport",
    "Reranked",
    "Scores",
    "compare_answers",
    "evaluate",
    "evaluate_plain",
    "learning_curve",
]
