"""Elements of an XML file one at a time, with their lines; entities are never expanded."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, NamedTuple
from xml.parsers import expat

from wordrel.errors import FormatError, shorten

_CHUNK = 1 << 16
# Entries are some ten elements deep. A limit keeps whoever walks through them from running out of stack.
_DEEPEST = 100
_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"
_BREAKS_OFF = {
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
    expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
}


class Found(NamedTuple):
    """An element that was asked for.

    Attributes
    ----------
    element : Element
        With all that is inside; names of elements and attributes are without namespaces.
    line : int
        Where it begins.
    inside : tuple of str
        Names of the elements around it, the root first.
    language : str, optional
        ``xml:lang`` of the nearest element around it; that of the root is left out, being the language of the metadata.
    """

    element: ET.Element
    line: int
    inside: tuple[str, ...]
    language: str | None


class Markup:
    """An XML file that is read as a stream.

    Parameters
    ----------
    stream : binary file
    path : Path
        For messages.
    wanted : mapping of str to str
        Which elements to build, by the name of the root.

    Attributes
    ----------
    root : str
        Name of the root, known at once.

    Raises
    ------
    FormatError
        Here and later, when it is not well-formed, breaks off, or declares or uses entities of its own: expanding them
        can fill any memory ("billion laughs"), and leaving them out would lose letters.
    """

    def __init__(self, stream: IO[bytes], path: Path, wanted: Mapping[str, str]) -> None:
        self.root = ""
        self._stream, self._path, self._wanted = stream, path, wanted
        self._open: list[str] = []
        self._languages: list[str | None] = []
        self._builder: ET.TreeBuilder | None = None
        self._begun: tuple[int, int, str | None] = (0, 0, None)
        self._ready: list[Found] = []
        self._ended = False
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.EntityDeclHandler = self._declared
        parser.SkippedEntityHandler = self._skipped
        self._parser = parser
        while not self.root and not self._ended:
            self._read()

    def __iter__(self) -> Iterator[Found]:
        while True:
            yield from self._ready
            self._ready.clear()
            if self._ended:
                return
            self._read()

    def _read(self) -> None:
        chunk = self._stream.read(_CHUNK)
        self._ended = not chunk
        try:
            self._parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            if error.code in _BREAKS_OFF:
                raise FormatError(
                    self._path, f"breaks off in the middle of the XML ({reason}); download the file again", error.lineno
                ) from None
            raise FormatError(
                self._path,
                f"is not well-formed XML ({reason}); correct the line, or download the file again",
                error.lineno,
            ) from None
        except (LookupError, ValueError) as error:
            if isinstance(error, FormatError):
                raise
            # The XML declaration names an encoding that Python does not know, or one of several bytes a character.
            raise FormatError(self._path, f"has an unusual encoding ({error}); write it as UTF-8", 1) from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if len(self._open) >= _DEEPEST:
            raise self._wrong(f"has elements more than {_DEEPEST} deep; is this a dictionary?")
        language = attributes.get(_LANGUAGE)
        if not self._open:
            self.root, language = local, None
        elif language is None:
            language = self._languages[-1]
        if self._builder is None and self._open and local == self._wanted.get(self.root):
            self._builder = ET.TreeBuilder()
            self._begun = len(self._open), self._parser.CurrentLineNumber, self._languages[-1]
        self._open.append(local)
        self._languages.append(language)
        if self._builder is not None:
            self._builder.start(local, {key.rpartition(" ")[2]: value for key, value in attributes.items()})

    def _data(self, text: str) -> None:
        if self._builder is not None:
            self._builder.data(text)

    def _end(self, _: str) -> None:
        local = self._open.pop()
        self._languages.pop()
        if self._builder is None:
            return
        self._builder.end(local)
        depth, line, language = self._begun
        if len(self._open) == depth:
            self._ready.append(Found(self._builder.close(), line, tuple(self._open), language))
            self._builder = None

    def _declared(self, name: str, is_parameter: bool, *_: object) -> None:
        # Parameter entities, which old TEI files have, are not expanded by a parser that reads no DTD.
        if not is_parameter:
            raise self._wrong(
                f"declares the entity '{shorten(name)}', which is not expanded; write its text in its place"
            )

    def _skipped(self, name: str, is_parameter: bool) -> None:
        if not is_parameter:
            raise self._wrong(f"uses the entity '&{shorten(name)};', whose DTD is not read; write the character itself")

    def _wrong(self, problem: str) -> FormatError:
        return FormatError(self._path, problem, self._parser.CurrentLineNumber)


def text_of(element: ET.Element, without: frozenset[str] = frozenset()) -> str:
    """Text of an element on one line, without that of the elements named in `without`."""
    return one_line("".join(_pieces(element, without)))


def one_line(text: str) -> str:
    """Write one blank for every run of blanks and line breaks, which are layout; no-break spaces stay."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip(" ")


def _pieces(element: ET.Element, without: frozenset[str]) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag not in without:
            yield from _pieces(child, without)
        yield child.tail or ""
