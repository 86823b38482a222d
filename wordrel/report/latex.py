r"""A Document as a LaTeX file, its tables ruled with booktabs and ready to be copied into a paper.

Made for LuaLaTeX (TeX Live 2021 or newer), which sets words of every script that an installed font has, and those that
run from right to left. pdfLaTeX compiles it as long as all words are written in Latin letters. Only packages of TeX
Live's recommended set are used. Charts are given as their numbers, which a paper draws in its own way.
"""

from __future__ import annotations

import re
from itertools import count

from wordrel.report.document import Block, Column, Document, Gallery, Prose, Table
from wordrel.report.figures import as_tables, has_points
from wordrel.report.wording import (
    CELL,
    FACT,
    HEADING,
    best_rows,
    cell_parts,
    cell_text,
    column_title,
    paragraphs,
    shorten,
    tame,
)

# A float with more rows does not fit on a page.
_LONGEST = 35
# A column with a longer text is broken into lines.
_WIDEST = 32

_PREAMBLE = r"""% !TEX program = lualatex
% Compile with lualatex; pdflatex does where all words are in Latin letters.
% To copy a table into a paper: \usepackage{array,booktabs,graphicx,longtable}
\documentclass[a4paper]{article}
\usepackage{iftex}
\ifLuaTeX
  \usepackage{fontspec}
  % Fonts for the scripts that Latin Modern lacks, of those that are installed here.
  \directlua{wordrelfonts = {}}
  \newcommand\alsofont[2]{\IfFontExistsTF{#1}{\directlua{table.insert(wordrelfonts, "#1:mode=harf;script=#2;")}}{}}
  \alsofont{DejaVu Sans}{arab}\alsofont{Noto Sans}{latn}\alsofont{Noto Sans Arabic}{arab}
  \alsofont{Noto Sans Hebrew}{hebr}\alsofont{Noto Sans Devanagari}{dev2}\alsofont{Noto Sans CJK SC}{hani}
  \alsofont{Arial Unicode MS}{latn}\alsofont{Noto Emoji}{latn}\alsofont{Symbola}{latn}
  \directlua{luaotfload.add_fallback("wordrel", wordrelfonts)}
  \setmainfont{Latin Modern Roman}[RawFeature={fallback=wordrel}]
  \newcommand\rtl[1]{{\textdir TRT #1}}
\else
  \usepackage[T1]{fontenc}
  \newcommand\rtl[1]{#1}
\fi
\usepackage[margin=2.5cm]{geometry}
\usepackage{array,booktabs,graphicx,longtable}
\newsavebox\wordrelbox
% A table that is wider than the page is set smaller.
\newenvironment{fitted}{\begin{lrbox}{\wordrelbox}}{\end{lrbox}%
  \ifdim\wd\wordrelbox>\linewidth\resizebox{\linewidth}{!}{\usebox\wordrelbox}\else\usebox\wordrelbox\fi}
\setlength\parindent{0pt}\setlength\parskip{6pt plus 2pt}
\begin{document}
"""

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "−": r"\ensuremath{-}",
    "±": r"\ensuremath{\pm}",
    "×": r"\ensuremath{\times}",
    "≤": r"\ensuremath{\leq}",
    "≥": r"\ensuremath{\geq}",
    "→": r"\ensuremath{\rightarrow}",
    "←": r"\ensuremath{\leftarrow}",
    "↔": r"\ensuremath{\leftrightarrow}",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "…": r"\ldots{}",
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
}
# Words that run from right to left (Hebrew, Arabic, Syriac, Thaana, N'Ko, and more), with what stands between two.
_RTL = r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
_TURNED = re.compile(rf"{_RTL}(?:[\w\s.,\u200c\u200d-]*{_RTL})?".replace(r"\w", _RTL[1:-1]))
_PATTERN = re.compile("|".join(map(re.escape, _SPECIAL)))


def to_latex(document: Document) -> str:
    """Write a document as LaTeX.

    Parameters
    ----------
    document : Document

    Returns
    -------
    str
        A whole file, from its preamble on.
    """
    tables, figures = count(1), count(1)
    parts = [rf"\section*{{{escaped(document.title, HEADING)}}}", *map(_running, paragraphs(document.lead))]
    for section in document.sections:
        parts.append(rf"\subsection*{{{escaped(section.title, HEADING)}}}")
        parts += map(_running, paragraphs(section.intro))
        for block in section.blocks:
            parts += _block(block, tables, figures)
    if document.facts:
        parts += [r"\subsection*{To repeat it}", _facts(document)]
    return _PREAMBLE + "\n\n".join(parts) + "\n\\end{document}\n"


def escaped(text: str, limit: int = CELL) -> str:
    """A short text in which nothing is a command."""
    return _escape(shorten(text, limit).strip())


def _escape(text: str) -> str:
    text = _PATTERN.sub(lambda found: _SPECIAL[found[0]], text)
    # Two hyphens would become a dash, and an empty group does not keep them apart in LuaTeX.
    text = re.sub("-(?=-)", r"-\\kern0pt", text)
    return _TURNED.sub(lambda found: rf"\rtl{{{found[0]}}}", text)


def _breakable(text: str, limit: int = CELL) -> str:
    """A text with places to break it in runs of Latin letters, digits and signs that are longer than a narrow line."""
    short = shorten(text, limit).strip()
    pieces = re.split(r"((?<=[!-~]{20})(?=[!-~]))", re.sub(r"([!-~]{20})(?=[!-~])", "\\1\0", short))
    return r"\hspace{0pt}".join(_escape(piece) for piece in "".join(pieces).split("\0"))


def _running(text: str) -> str:
    return _escape(tame(text, 60))


def _facts(document: Document) -> str:
    rows = [rf"{_breakable(key)} & {_breakable(value, FACT)} \\" for key, value in document.facts]
    body = "\n".join(rows)
    columns = r"@{}>{\raggedright}p{0.25\linewidth}>{\raggedright\arraybackslash}p{0.7\linewidth}@{}"
    return f"{{\\footnotesize\n\\begin{{longtable}}{{{columns}}}\n{body}\n\\end{{longtable}}}}"


def _block(block: Block, tables: count[int], figures: count[int]) -> list[str]:
    if isinstance(block, Prose):
        return [_running(text) for text in paragraphs(block.text)]
    if isinstance(block, Table):
        return _table(block, f"tab:{next(tables)}")
    number = next(figures)
    head = rf"\textbf{{{escaped(block.title, HEADING)}.}} {_running(block.description)}"
    if isinstance(block, Gallery):
        return [head]
    if has_points(block):
        return [f"{head} {_running(block.note)}".rstrip()]
    each = enumerate(as_tables(block), 1)
    return [head, *(part for i, one in each for part in _table(one, f"fig:{number}-{i}"))]


def _table(table: Table, label: str) -> list[str]:
    broken = [_is_long(table, index) for index in range(len(table.columns))]
    columns = "".join(_column(column, long) for column, long in zip(table.columns, broken, strict=True))
    head = " & ".join(rf"\textbf{{{escaped(column_title(column))}}}" for column in table.columns)
    lines = "\n".join(_rows(table, broken))
    caption = rf"\caption{{{escaped(table.title, HEADING)}}}\label{{{label}}}"
    note = [_running(table.note)] if table.note else []
    if len(table.rows) > _LONGEST:
        top = f"{caption}\\\\\n\\toprule\n{head} \\\\\n\\midrule\n\\endhead\n\\bottomrule\n\\endfoot"
        return [f"\\begin{{longtable}}{{{columns}}}\n{top}\n{lines}\n\\end{{longtable}}", *note]
    small = f"\\par\\smallskip\\footnotesize {note[0]}\n" if note else ""
    ruled = f"\\toprule\n{head} \\\\\n\\midrule\n{lines}\n\\bottomrule"
    inner = f"\\begin{{fitted}}\n\\begin{{tabular}}{{{columns}}}\n{ruled}\n\\end{{tabular}}\n\\end{{fitted}}"
    return [f"\\begin{{table}}[htbp]\n\\centering\n{caption}\n{inner}\n{small}\\end{{table}}"]


def _column(column: Column, long: bool) -> str:
    if column.kind != "text":
        return "r"
    return r">{\raggedright\arraybackslash}p{0.28\linewidth}" if long else "l"


def _is_long(table: Table, index: int) -> bool:
    column = table.columns[index]
    return column.kind == "text" and any(len(cell_text(row[index], column)) > _WIDEST for row in table.rows)


def _rows(table: Table, broken: list[bool]) -> list[str]:
    best = [best_rows(table, index) for index in range(len(table.columns))]
    rows = []
    for i, row in enumerate(table.rows):
        cells = []
        for j, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            value, more = cell_parts(cell, column)
            text = _breakable(value) if broken[j] else escaped(value)
            text = rf"\textbf{{{text}}}" if i in best[j] else text
            cells.append(rf"{text} {{\footnotesize {escaped(more)}}}" if more else text)
        rows.append(" & ".join(cells) + r" \\")
    return rows
