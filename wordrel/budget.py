"""How much of the machine a computation may take: memory for tables of scores, threads for products."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar

from wordrel.errors import InvalidParameter

# What a score may cost at the worst: itself and a copy of it, 4 bytes each, and the column number of a partition, 8;
# twice, because a block of queries is kept while a block of its candidates is computed.
BYTES_PER_SCORE = 32

# Read by OpenBLAS, OpenMP and MKL when they are loaded; those that are loaded already are told by threadpoolctl.
_THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

_memory: ContextVar[int | None] = ContextVar("wordrel_memory", default=None)


@contextmanager
def limits(threads: int | None = None, memory: int | None = None) -> Iterator[None]:
    """Hold limits for what is computed in a ``with`` block.

    Parameters
    ----------
    threads : int, optional
        Threads of a product, 1 or more; as many as there are cores when left out.
    memory : int, optional
        Bytes that tables of scores may take, beside the vectors themselves. Answers are the same whatever it is.

    Raises
    ------
    InvalidParameter
        When a number is below 1; inside the block, when `memory` is too small for the scores of one row.
    """
    for name, value in (("threads", threads), ("memory", memory)):
        if value is not None and value < 1:
            raise InvalidParameter(f"{name} must be 1 or more, not {value}")
    with ExitStack() as stack:
        if threads is not None:
            stack.enter_context(_threads(threads))
        token = _memory.set(memory)
        stack.callback(_memory.reset, token)
        yield


@contextmanager
def _threads(n: int) -> Iterator[None]:
    from threadpoolctl import threadpool_limits

    before = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, str(n)))
    try:
        with threadpool_limits(limits=n):
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def block_rows(width: int, most: int) -> int:
    """Rows of a table of scores that are computed at once.

    Parameters
    ----------
    width : int
        Scores in a row, 1 or more.
    most : int
        Scores in a block that are worth having at once, whatever the memory.

    Returns
    -------
    int
        1 or more.

    Raises
    ------
    InvalidParameter
        When the memory budget is too small for one row.
    """
    rows = max(1, most // width)
    memory = _memory.get()
    if memory is None:
        return rows
    least = BYTES_PER_SCORE * width
    if memory < least:
        raise InvalidParameter(
            f"a memory budget of {binary_size(memory)} is too small for the scores of one word against {width:,}; "
            f"the least is {binary_size(least, up=True)}"
        )
    return min(rows, memory // least)


def spare(otherwise: int) -> int:
    """Bytes of the memory budget, or another number where there is none: for what only makes a computation faster."""
    memory = _memory.get()
    return otherwise if memory is None else memory


def binary_size(n_bytes: int, up: bool = False) -> str:
    """Write a size in binary units, with one digit rounded down, or up: ``6.2 MiB``."""
    for power, unit in ((3, "GiB"), (2, "MiB"), (1, "KiB")):
        if n_bytes >= 1024**power:
            tenths = (10 * n_bytes + (1024**power - 1) * up) // 1024**power
            return f"{tenths // 10:,}.{tenths % 10} {unit}" if tenths % 10 else f"{tenths // 10:,} {unit}"
    return "1 byte" if n_bytes == 1 else f"{n_bytes} bytes"
