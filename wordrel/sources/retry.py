"""When to try again and when to give up: as long as something new arrives, and a few times beyond."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from wordrel.errors import FetchError


@dataclass(frozen=True)
class Policy:
    """How patient a transfer is.

    Attributes
    ----------
    connect, read : float
        Seconds to wait for a connection, and for the next byte.
    tries : int
        Failures in a row, with nothing new received between them, before it is given up.
    pause : float
        Seconds before the second try; twice as long before each further one.
    longest : float
        The longest pause, also of those that a server asks for.
    receive_buffer : int, optional
        Bytes that the system may receive ahead of the reader; the system's own choice when left out.
    """

    connect: float = 10.0
    read: float = 60.0
    tries: int = 6
    pause: float = 1.0
    longest: float = 60.0
    receive_buffer: int | None = None


class Interrupted(Exception):
    """A transfer failed in a way that another try may mend.

    Parameters
    ----------
    problem, remedy : str
        The words of the error if no try does.
    pause : float, optional
        Seconds that the server asks to wait.
    reached : bool
        Whether the server was there at all: if it never was, nobody waits for more tries.
    """

    def __init__(self, problem: str, remedy: str, pause: float | None = None, reached: bool = True) -> None:
        super().__init__(problem)
        self.problem, self.remedy, self.pause, self.reached = problem, remedy, pause, reached


class Attempts:
    """Counts failures, and waits between tries.

    Parameters
    ----------
    url : str
        For messages.
    policy : Policy
    offset : int
        Bytes that were there before the first try.
    """

    def __init__(self, url: str, policy: Policy, offset: int = 0) -> None:
        self._url, self._policy, self._furthest = url, policy, offset
        self._failures, self._was_reached = 0, False

    def received(self, offset: int) -> None:
        """Take note of how far it came: only what was never reached before counts as progress."""
        self._was_reached = True
        if offset > self._furthest:
            self._furthest, self._failures = offset, 0

    def again(self, trouble: Interrupted, where: str = "", kept: bool = False) -> None:
        """Wait before the next try.

        Parameters
        ----------
        trouble : Interrupted
        where : str
            How far it was, for the message.
        kept : bool
            Whether a later run goes on there.

        Raises
        ------
        FetchError
            When there should be none.
        """
        self._failures += 1
        self._was_reached |= trouble.reached
        if trouble.pause is not None and trouble.pause > self._policy.longest:
            raise FetchError(
                f"{self._url}: {trouble.problem}; it asks to come back in {trouble.pause:.0f} s, do so then"
            )
        if self._failures >= self._policy.tries or not self._was_reached:
            times = f", {self._failures} times in a row" if self._failures > 1 else ""
            remedy = f"{trouble.remedy}{': what has come is kept' if kept else ''}"
            raise FetchError(f"{self._url}: {trouble.problem}{where}{times}; {remedy}")
        pause = min(self._policy.pause * 2 ** (self._failures - 1), self._policy.longest)
        # Jitter, so that many clients of a server that comes back do not all return in the same moment.
        time.sleep(trouble.pause if trouble.pause is not None else pause * random.uniform(0.5, 1.0))


def retry_after(value: str | None) -> float | None:
    """Read a Retry-After header, seconds or a date (RFC 9110, section 10.2.3), as seconds from now."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=timezone.utc)
    return max(0.0, (when - datetime.now(timezone.utc)).total_seconds())
