"""The embedded data set, installed as ``wordrel.data``; README.md states source and licence of each file."""
