from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from wordrel.errors import FetchError
from wordrel.sources.retry import Attempts, Interrupted, Policy, retry_after

GONE = Interrupted("there is no way to 'a.org'", "check the network", reached=False)
CUT = Interrupted("the connection was cut", "try again later")


@pytest.fixture
def pauses(monkeypatch):
    taken = []
    monkeypatch.setattr("wordrel.sources.retry.time.sleep", taken.append)
    return taken


def test_a_server_that_was_never_there_is_not_waited_for(pauses):
    with pytest.raises(FetchError, match="^u: there is no way to 'a.org'; check the network$"):
        Attempts("u", Policy()).again(GONE)
    assert pauses == []


def test_a_network_that_goes_away_on_the_way_is_waited_for(pauses):
    attempts = Attempts("u", Policy(tries=3))
    attempts.received(100)
    attempts.again(GONE)
    attempts.again(GONE)
    with pytest.raises(FetchError) as caught:
        attempts.again(GONE, " at 100 bytes", kept=True)
    assert str(caught.value) == (
        "u: there is no way to 'a.org' at 100 bytes, 3 times in a row; check the network: what has come is kept"
    )
    assert len(pauses) == 2


def test_only_what_was_never_reached_before_is_progress(pauses):
    attempts = Attempts("u", Policy(tries=3), offset=50)
    for offset in (60, 70, 80, 90):  # four failures, each further on
        attempts.received(offset)
        attempts.again(CUT)
    attempts.received(90)  # started over, and came as far as before
    attempts.again(CUT)
    attempts.received(40)
    with pytest.raises(FetchError, match="3 times in a row"):
        attempts.again(CUT)


def test_retry_after_in_seconds_or_as_a_date():
    assert retry_after("120") == 120.0 and retry_after(None) is None and retry_after("later") is None
    soon = datetime.now(timezone.utc) + timedelta(seconds=100)
    assert 90 < retry_after(format_datetime(soon, usegmt=True)) <= 100
    assert retry_after("Thu, 01 Mar 2018 10:00:00 GMT") == 0.0
    assert retry_after("Thu, 01 Mar 2018 10:00:00 -0000") == 0.0
