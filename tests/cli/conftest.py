"""Fixtures of other folders that commands are tested with, too."""

from tests.stores.conftest import kind, small
from tests.sweep.conftest import settings

__all__ = ["kind", "settings", "small"]
