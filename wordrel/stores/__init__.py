"""Aligned vectors in vector stores, where other programs find translations."""

from wordrel.stores.base import Store, StoreError
from wordrel.stores.pushing import STORES, Pushed, open_store, push

__all__ = ["STORES", "Pushed", "Store", "StoreError", "open_store", "push"]
