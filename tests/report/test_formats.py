"""Documents as HTML, Markdown, CSV and LaTeX, read back by parsers that are not ours where there are any."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser

import polars
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.report.sample import ARABIC, FORMULA, HEBREW, LONG, NASTY, SCRIPT, document, tables
from wordrel.report import Column, Deviation, Document, Figure, HeatMap, Prose, Section, Series, Spread, Table
from wordrel.report.figures import as_tables
from wordrel.report.graphics import LineChart
from wordrel.report.html import _TEMPLATES, to_html
from wordrel.report.latex import escaped as latex_escaped
from wordrel.report.latex import to_latex
from wordrel.report.markdown import escaped as markdown_escaped
from wordrel.report.markdown import to_markdown
from wordrel.report.tables import guarded, to_csv

SMALL = Document(
    "T",
    "Good.",
    (Section("S", (Table("One", (Column("m"), Column("p", "percent", best="high")), (("a", 0.5), ("b", Spread(0.25, 0.2, 0.3)))),)),),
    (("seed", "0"),),
)  # fmt: skip


class Reader(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.headings = Counter(), [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += [(tag, *pair) for pair in attrs]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))


@pytest.fixture(scope="module")
def page():
    return to_html(document())


def test_the_page_is_small_alone_and_always_the_same(page):
    assert len(page.encode()) < 500_000
    assert page == to_html(document())
    read = Reader(page)
    places = [value for _, name, value in read.attributes if name in ("src", "href", "xlink:href", "action", "srcset")]
    assert all(value.startswith(("#", "data:")) for value in places)
    assert "url(" not in re.sub(r"url\(#hatch\d\)", "", page)
    assert "@import" not in page
    assert read.tags["script"] == read.tags["style"] == read.tags["h1"] == read.tags["main"] == 1
    # No word became an attribute that runs.
    assert not [name for _, name, _ in read.attributes if name.startswith("on")]
    assert read.headings == [1, 2, 2, 2, 2]


def test_only_the_script_of_the_page_may_run(page):
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)[1].replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-")
    assert policy.endswith("img-src data:; base-uri 'none'; form-action 'none'")


def test_tables_of_the_page_have_captions_headings_and_a_region_to_scroll_in():
    page = to_html(SMALL)
    assert '<div class="scroll" role="region" tabindex="0" aria-label="Table 1: One">' in page
    assert "<caption><span><b>Table 1.</b> <bdi>One</bdi></span></caption>" in page
    assert '<th scope="col" class="percent"><bdi>p (%)</bdi></th>' in page
    assert '<th scope="row" class="text"><bdi>a</bdi></th><td class="percent" data-v="0.5"><b>50.0</b></td>' in re.sub(
        r">\n<", "><", page
    )
    assert '<td class="percent" data-v="0.25">25.0 <span class="more">[20.0, 30.0]</span></td>' in page
    assert "<dt><bdi>seed</bdi></dt><dd><bdi>0</bdi></dd>" in page


def test_notes_stand_once(page):
    assert page.count("Bands are 95 % intervals.") == 1
    assert page.count("Intervals are 95 % by bootstrap over source words.") == 1


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_can_be_told_from_the_ground(theme):
    style = (_TEMPLATES / "chart.css").read_text("utf-8")
    colours = [
        dict(re.findall(r"(--[\w]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{([^}]*)\}", style)
    ]
    mine = colours[theme]
    assert colours[0].keys() == colours[1].keys()
    for name in ("--text", "--muted", "--link"):
        assert contrast(mine[name], mine["--bg"]) >= 4.5, name
        assert contrast(mine[name], mine["--soft"]) >= 4.5, name
    for i in range(8):
        assert contrast(mine[f"--c{i}"], mine["--bg"]) >= 3, i
    # The text of a heat map on the strongest colour, which is laid on with three quarters.
    ground, heat = ([int(mine[name][i : i + 2], 16) for i in (1, 3, 5)] for name in ("--bg", "--heat"))
    mixed = "#" + "".join(f"{round(0.75 * h + 0.25 * g):02x}" for h, g in zip(heat, ground, strict=True))
    assert contrast(mine["--text"], mixed) >= 4.5


def test_markdown_is_laid_out_as_its_readers_expect():
    assert to_markdown(SMALL) == (
        "# T\n\nGood.\n\n## S\n\n**Table 1.** One\n\n"
        "| m | p (%) |\n| --- | ---: |\n| a | **50.0** |\n| b | 25.0 \\[20.0, 30.0\\] |\n\n"
        "## To repeat it\n\n| what | value |\n|---|---|\n| seed | 0 |\n"
    )


def test_markdown_of_nasty_words_shows_them_as_they_are():
    columns = (Column("word"), Column("n", "number"))
    table = Table("t", columns, tuple((word, i) for i, word in enumerate(NASTY) if word != LONG))
    lists = ("# no heading", "1. no list", "- no list", "+ no list", "--- no line", "*no list", "> no quote")
    text = to_markdown(Document("t", "v", (Section("s", (table, *map(Prose, lists))),)))
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    kinds = Counter(token.type for token in tokens)
    assert kinds["tr_open"] == len(NASTY)
    assert kinds["td_open"] == 2 * (len(NASTY) - 1)
    assert not kinds["bullet_list_open"] + kinds["ordered_list_open"] + kinds["blockquote_open"] + kinds["hr"]
    assert not kinds["html_block"]
    inline = [token for token in tokens if token.type == "inline"]
    assert "html_inline" not in {child.type for token in inline for child in token.children}
    shown = ["".join(child.content for child in token.children) for token in inline]
    assert {SCRIPT, FORMULA, "a_b*c`d|e\\f~g$h", *lists} <= set(shown)


@given(st.text(alphabet="ab\\`*_[]|~$<>&#-!() ", min_size=1, max_size=12))
def test_markdown_escapes_whatever_stands_in_a_cell(word):
    source = f"| x{markdown_escaped('x' + word)}x |\n| --- |\n"
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(source)
    (cell,) = (token for token in tokens if token.type == "inline")
    assert re.sub(" +", " ", "".join(child.content for child in cell.children)) == re.sub(
        " +", " ", f"xx{word.rstrip()}x"
    )


def lines(text):
    assert text[0] == "\ufeff"
    return list(csv.DictReader(io.StringIO(text[1:])))


def test_csv_has_a_line_a_value():
    table = Table(
        "One",
        (Column("m"), Column("p", "percent"), Column("sd", "number"), Column("word")),
        (("a", Spread(0.5, 0.25, 0.75), Deviation(1.5, 0.5), FORMULA), ("-b", None, 3, "-5")),
    )
    found = lines(to_csv(Document("T", "V", (Section("S", (table,)),), (("seed", "0"),))))
    assert [list(row.values()) for row in found] == [
        ["report", "", "1", "title", "value", "", "", "", "", "T"],
        ["report", "", "2", "verdict", "value", "", "", "", "", "V"],
        ["report", "", "3", "seed", "value", "", "", "", "", "0"],
        ["One", "S", "1", "a", "p", "0.5", "0.25", "0.75", "", ""],
        ["One", "S", "1", "a", "sd", "1.5", "", "", "0.5", ""],
        ["One", "S", "1", "a", "word", "", "", "", "", f"'{FORMULA}"],
        ["One", "S", "2", "'-b", "p", "", "", "", "", ""],
        ["One", "S", "2", "'-b", "sd", "3", "", "", "", ""],
        ["One", "S", "2", "'-b", "word", "", "", "", "", "-5"],
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (FORMULA, f"'{FORMULA}"),
        ("+1+cmd", "'+1+cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "' =1"),
        ("\rword", "' word"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ("-5", "-5"),
        ("+1.5e-3", "+1.5e-3"),
        ("-", "'-"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_no_spreadsheet_runs_a_cell(text, expected):
    assert guarded(text) == expected


def test_csv_of_the_sample_is_read_by_polars_with_all_numbers_as_numbers():
    text = to_csv(document())
    frame = polars.read_csv(text.encode(), infer_schema_length=None)
    assert frame.columns == ["table", "section", "row", "name", "column", "value", "low", "high", "sd", "text"]
    assert frame["value"].dtype == polars.Float64
    precision = frame.filter((polars.col("table") == "Precision by method") & (polars.col("column") == "P@1"))
    assert precision["value"].to_list() == [0.463, 0.4, 0.51, 0.09]
    assert precision["name"].to_list() == ["CSLS", "nearest neighbour", "re-ranked", HEBREW]
    # Points of a scatter chart are there too, though no page lists them.
    assert frame.filter(polars.col("table") == "Similarity against judgement").height == 90 * 3
    assert LONG in frame["text"].to_list()


def test_figures_become_tables_of_their_numbers():
    two = LineChart("k", "P@k", (Series("a", (1, 5), (0.1, 0.2), (0.0, 0.1), (0.2, 0.3)), Series("b", (5, 10), (0.3, 0.4))), percent=True)  # fmt: skip
    (table,) = as_tables(Figure("F", "d", two, "n"))
    assert table.columns == (Column("k", "number"), Column("a", "percent"), Column("b", "percent"))
    assert table.rows == ((1, Spread(0.1, 0.0, 0.2), None), (5, Spread(0.2, 0.1, 0.3), 0.3), (10, None, 0.4))
    (heat,) = as_tables(Figure("H", "d", HeatMap(("r",), ("c", "d"), ((None, 2.0),), y_label="from")))
    assert (heat.columns[0], heat.rows) == (Column("from"), (("r", None, 2.0),))


def test_latex_tables_are_ruled_and_captioned():
    text = to_latex(SMALL)
    assert (
        "\\begin{table}[htbp]\n\\centering\n\\caption{One}\\label{tab:1}\n\\begin{fitted}\n\\begin{tabular}{lr}\n"
        "\\toprule\n\\textbf{m} & \\textbf{p (\\%)} \\\\\n\\midrule\na & \\textbf{50.0} \\\\\n"
        "b & 25.0 {\\footnotesize {[}20.0, 30.0{]}} \\\\\n\\bottomrule\n\\end{tabular}\n\\end{fitted}\n\\end{table}"
    ) in text
    assert text.startswith("% !TEX program = lualatex\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50 % & $x_1^2$ #{~}", r"50 \% \& \$x\_1\textasciicircum{}2\$ \#\{\textasciitilde{}\}"),
        ("\\input{x}", r"\textbackslash{}input\{x\}"),
        ("--report", r"-\kern0pt-report"),
        ("en → it", r"en \ensuremath{\rightarrow} it"),
        (f"a {HEBREW} {HEBREW} b", rf"a \rtl{{{HEBREW} {HEBREW}}} b"),
        (f"{HEBREW} 12, {ARABIC}.", rf"\rtl{{{HEBREW}}} 12, \rtl{{{ARABIC}}}."),
    ],
)
def test_latex_takes_no_word_for_a_command(text, expected):
    assert latex_escaped(text) == expected


def test_long_latex_tables_go_over_pages():
    rows = tuple((f"w{i}", i) for i in range(40))
    text = to_latex(Document("T", "V", (Section("S", (Table("L", (Column("w"), Column("n", "number")), rows),)),)))
    assert "\\begin{longtable}{lr}\n\\caption{L}\\label{tab:1}\\\\\n\\toprule" in text


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["lualatex", "pdflatex"])
def test_latex_compiles(engine, tmp_path):
    if shutil.which(engine) is None:
        pytest.skip(f"needs {engine} (Debian: texlive-luatex, texlive-latex-recommended, texlive-fonts-recommended)")
    latin = Document("T", "50 % & more", (Section("S", (tables().blocks[0],)),)) if engine == "pdflatex" else document()
    text = to_latex(latin).replace(rf"\rtl{{{HEBREW}}}", "x") if engine == "pdflatex" else to_latex(latin)
    (tmp_path / "r.tex").write_text(text, "utf-8")
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "r.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "r.pdf").stat().st_size > 10_000
