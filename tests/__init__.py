"""Imported before any test, and before numpy: how many threads a process takes."""

import os

# On every core one process runs tests: threads beside them would only wait for one another.
for _threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_threads, "1" if "PYTEST_XDIST_WORKER" in os.environ else "2")
