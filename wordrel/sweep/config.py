"""A file of settings (TOML) becomes cells: the product of all that it lists."""

from __future__ import annotations

import difflib
import re
import sys
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, NoReturn

from wordrel.errors import FormatError, InvalidParameter, UnknownSource, WordrelWarning, not_utf8, shorten
from wordrel.fitting import checked_aligner
from wordrel.sources import embedded
from wordrel.strategies import STRATEGIES
from wordrel.sweep.cell import Cell
from wordrel.sweep.inputs import missing_files

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

AXES = ("pairs", "methods", "anchors", "anchor_strategy", "refine", "rerank", "seeds")
PAIR = ("source", "target", "source_vectors", "target_vectors", "dictionary", "test_dictionary", "limit")
_DEFAULTS: dict[str, list[Any]] = {
    "methods": ["relative"],
    "anchors": ["all"],
    "anchor_strategy": ["first"],
    "refine": [None],
    "rerank": [False],
    "seeds": [0],
}


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes
    ----------
    path : Path
        The file of settings.
    cells : tuple of Cell
        In the order of `Cell.order`; no two are alike.
    """

    path: Path
    cells: tuple[Cell, ...]

    @property
    def folder(self) -> str:
        """Where paths of the file begin."""
        return str(self.path.resolve().parent)


def read_plan(path: Path) -> Plan:
    """Read a file of settings and check all of it.

    Parameters
    ----------
    path : Path
        TOML with a table ``[[pairs]]`` for each pair of languages and the lists `AXES`; see `wordrel sweep --help`.

    Raises
    ------
    UnknownSource
        When the file, or one that it names, does not exist.
    FormatError
        When it is not TOML, has a key that is not known or a value that cannot be, or leaves no cell.

    Warns
    -----
    WordrelWarning
        When cells stand twice.
    """
    return _Reader(path).plan()


class _Reader:
    """One file, so that every message can name it and the line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise UnknownSource(f"{path}: no such file; name a TOML file, 'wordrel sweep --help' shows one") from None
        except IsADirectoryError:
            raise UnknownSource(f"{path}: is a folder; name a TOML file") from None
        try:
            self.text = content.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise not_utf8(path, content.count(b"\n", 0, error.start) + 1) from None
        try:
            self.given = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"\(at line (\d+)", str(error))
            why = str(error).partition(" (at ")[0].rstrip(".")
            raise FormatError(path, f"is not TOML ({why}); mend it there", int(found[1]) if found else None) from None

    def plan(self) -> Plan:
        """Make the product."""
        self._check_keys(self.given, AXES)
        pairs = self.given.get("pairs", [])
        if not isinstance(pairs, list) or not all(isinstance(one, dict) for one in pairs):
            self._fail("pairs", "'pairs' must be tables; write [[pairs]] and below it source and target")
        if not pairs:
            self._fail(None, "there are no pairs, so there is no cell; add a table [[pairs]] with source and target")
        sides = [self._pair(one, number) for number, one in enumerate(pairs, 1)]
        methods = [self._method(one, number) for number, one in enumerate(self._axis("methods"), 1)]
        axes = {
            "anchors": [self._anchors(one) for one in self._axis("anchors")],
            "anchor_strategy": [self._strategy(one) for one in self._axis("anchor_strategy")],
            "refine": [self._refine(one) for one in self._axis("refine")],
            "rerank": [self._rerank(one) for one in self._axis("rerank")],
            "seed": [self._whole("seeds", one, 0) for one in self._axis("seeds")],
        }
        cells: dict[str, Cell] = {}
        n = 0
        for side, (method, own) in product(sides, methods):
            for values in product(*(axes | own).values()):
                cell = Cell(**side, **method, **dict(zip(axes, values, strict=True)))
                self._check_method(cell)
                cells[cell.key] = cell
                n += 1
        if n > len(cells):
            message = f"{self.path}: {n - len(cells):,} of {n:,} cells stand there twice and are run once"
            warnings.warn(message, WordrelWarning, stacklevel=3)
        plan = Plan(self.path, tuple(sorted(cells.values(), key=lambda cell: cell.order)))
        for where, name in missing_files(plan.cells, plan.folder):
            raise UnknownSource(
                f"{self.path}: {where}: {name}: no such file; paths begin in the folder of {self.path.name}"
            )
        return plan

    def _axis(self, name: str) -> list[Any]:
        """A list of values; one that stands alone is a list of one."""
        value = self.given.get(name, _DEFAULTS[name])
        values = value if isinstance(value, list) else [value]
        if not values:
            self._fail(name, f"'{name}' is empty, so there is no cell; give a value, or leave {name} out")
        return values

    def _pair(self, given: Mapping[str, Any], number: int) -> dict[str, Any]:
        where = f"pairs[{number}]"
        self._check_keys(given, PAIR, f" in {where}")
        for name in ("source", "target"):
            if name not in given:
                self._fail(None, f"{where} has no '{name}'; name its language, such as {name} = \"en\"")
        for name in set(PAIR[:-1]) & set(given):
            self._kind(f"{name}", given[name], str, "text in quotation marks", f" of {where}")
        source, target = given["source"], given["target"]
        side: dict[str, Any] = {name: given.get(name) for name in PAIR}
        if side["limit"] is not None:
            self._whole("limit", side["limit"], 1, f" of {where}")
        for name, language in (("source_vectors", source), ("target_vectors", target)):
            if side[name] is None and language not in embedded.LANGUAGES:
                known = " and ".join(embedded.LANGUAGES)
                self._fail(
                    None, f"{where} has no '{name}', and only {known} are embedded; name a file or fasttext:{language}"
                )
            side[name] = side[name] or f"embedded:{language}"
        if side["dictionary"] is None and f"{source}-{target}" not in embedded.DICTIONARIES:
            known = " and ".join(embedded.DICTIONARIES)
            self._fail(
                None,
                f"{where} has no 'dictionary', and only {known} are embedded; name a file or muse:{source}-{target}",
            )
        side["dictionary"] = side["dictionary"] or f"embedded:{source}-{target}"
        return side

    def _method(self, given: Any, number: int) -> tuple[dict[str, Any], dict[str, list[Any]]]:
        """A method's name, or a table with its name and parameters; and what it has of the lists for itself."""
        if isinstance(given, str):
            return {"method": given, "parameters": {}}, {}
        if not isinstance(given, dict) or not isinstance(given.get("name"), str):
            self._fail("methods", f'methods[{number}] has no name; write it as "cca" or {{name = "cca", ridge = 0.1}}')
        own: dict[str, list[Any]] = {}
        if "refine" in given:
            own["refine"] = [self._refine(given["refine"])]
        if "rerank" in given:
            own["rerank"] = [self._rerank(given["rerank"])]
        parameters = {name: value for name, value in given.items() if name not in ("name", *own)}
        return {"method": given["name"], "parameters": parameters}, own

    def _check_method(self, cell: Cell) -> None:
        try:
            checked_aligner(cell.method, cell.parameters, cell.refine)
        except InvalidParameter as error:
            raise FormatError(self.path, str(error)) from None

    def _anchors(self, value: Any) -> int | None:
        return None if value == "all" else self._whole("anchors", value, 2, or_words='"all"')

    def _refine(self, value: Any) -> Any:
        if value is None or value == "auto":
            return value
        return 0 if value == "off" else self._whole("refine", value, 0, or_words='"auto" or "off"')

    def _whole(self, name: str, value: Any, least: int, where: str = "", or_words: str = "") -> int:
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return value
        expected = f"{'' if not or_words else or_words + ' or '}a whole number of {least} or more"
        return self._refuse(name, value, expected, where)

    def _kind(self, name: str, value: Any, kind: type, expected: str, where: str = "") -> Any:
        return value if isinstance(value, kind) else self._refuse(name, value, expected, where)

    def _strategy(self, value: Any) -> str:
        if not isinstance(value, str) or value not in STRATEGIES:
            self._refuse("anchor_strategy", value, f"one of {', '.join(STRATEGIES)}")
        return value

    def _rerank(self, value: Any) -> Any:
        return self._kind("rerank", value, bool, "true or false")

    def _refuse(self, name: str, value: Any, expected: str, where: str = "") -> NoReturn:
        shown = f"'{shorten(value)}'" if isinstance(value, str) else shorten(repr(value))
        self._fail(name, f"'{name}'{where} must be {expected}, not {shown}")

    def _check_keys(self, given: Mapping[str, Any], known: Collection[str], where: str = "") -> None:
        for name in given:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
                self._fail(name, f"unknown key '{shorten(name)}'{where}; {hint}")

    def _fail(self, name: str | None, problem: str) -> NoReturn:
        """Refuse the file, at the first line that begins with a name."""
        found = None if name is None else re.search(rf"^[ \t]*\[*[ \t]*{re.escape(name)}\b", self.text, re.MULTILINE)
        line = self.text.count("\n", 0, found.start()) + 1 if found else None
        raise FormatError(self.path, problem, line)
