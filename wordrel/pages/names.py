"""What things are called on pages."""

SCORERS = {"nn": "nearest neighbour", "csls": "CSLS", "reranked": "re-ranked", "plain": "plain relative"}
