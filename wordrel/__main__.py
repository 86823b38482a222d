"""``python -m wordrel``."""

from wordrel.cli import main

main()
