"""Imported before any test, and before numpy: how many threads a process takes."""

import os

# On every core one process runs tests: threads beside them would only wait for one another. A worker inherits what the
# process that started it has set, so it sets its own number whatever stands there.
for _threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.environ[_threads] = "1"
    else:
        os.environ.setdefault(_threads, "2")
