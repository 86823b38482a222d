"""Many alignments from one file of settings: each a cell, run anywhere, written down once."""

from wordrel.sweep.cell import Cell
from wordrel.sweep.config import Plan, read_plan
from wordrel.sweep.engine import Engine
from wordrel.sweep.engines import make_engine
from wordrel.sweep.sweeping import Swept, state, sweep

__all__ = ["Cell", "Engine", "Plan", "Swept", "make_engine", "read_plan", "state", "sweep"]
