"""Pictures beside a Markdown file."""

import re
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from tests.report.sample import document, png
from wordrel.report import BarChart, Bars, Document, Figure, Gallery, Image, Panels, Prose, Section, write_report
from wordrel.report.charts import chart_style, drawings
from wordrel.report.markdown import to_markdown
from wordrel.report.standalone import picture_files, svg_file

SVG = "{http://www.w3.org/2000/svg}"

BARS = BarChart("share", ("one", "two"), (Bars("first", (0.5, 0.25)), Bars("second", (0.1, 0.75))))
FIGURE = Figure("Bars & more", "Two of each.", BARS, "Seen once.")
GALLERY = Gallery("Both", "Two images.", (Image(png(), "an [image]", "the first"), Image(png(9), "another")), 1)


def links(text):
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    images = [child for token in tokens for child in token.children or () if child.type == "image"]
    return [(unquote(image.attrs["src"]), image.content) for image in images]


def test_a_file_is_the_drawing_with_all_that_the_page_gives_it():
    root = ElementTree.fromstring(svg_file(FIGURE))
    assert root.find(f"{SVG}title").text == "Bars & more" and root.find(f"{SVG}desc").text == "Two of each."
    assert root.find(f"{SVG}style").text.split() == chart_style().split()
    (drawn,) = drawings(FIGURE, "d")
    (inner,) = root.findall(f"{SVG}svg")
    expected = ElementTree.fromstring(drawn.svg)
    assert [ElementTree.tostring(part) for part in inner] == [ElementTree.tostring(part) for part in expected]
    # Twelve on each side of what the drawing takes, and a size for who is told none.
    _, _, width, height = map(float, expected.get("viewBox").split())
    assert root.get("viewBox") == f"0 0 {width + 24:g} {height + 24:g}"
    assert (float(root.get("width")), float(root.get("height"))) == (width + 24, height + 24)
    # Every pattern that a bar is filled with is defined, and nothing is fetched.
    used = set(re.findall(r"url\(#(\w+)\)", svg_file(FIGURE)))
    assert used == {"hatch1"} and used <= {one.get("id") for one in root.iter(f"{SVG}pattern")}
    assert set(re.findall(r"https?://[^\"]*", svg_file(FIGURE))) == {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("n", [2, 3, 4])
def test_panels_stand_two_in_a_row_under_their_names(n):
    names = ("before", "after", "later", "last")[:n]
    root = ElementTree.fromstring(svg_file(Figure("All", "d", Panels(names, (BARS,) * n))))
    boxes = [tuple(float(one.get(key)) for key in ("x", "y", "width", "height")) for one in root.findall(f"{SVG}svg")]
    assert len(boxes) == n
    words = {one.text: (float(one.get("x")), float(one.get("y"))) for one in root.findall(f"{SVG}text")}
    for i, (name, (x, y, width, height)) in enumerate(zip(names, boxes, strict=True)):
        assert words[name][0] == x and y - 12 < words[name][1] < y
        assert x == (12 if i % 2 == 0 else 12 + width + 24)
        assert x + width <= float(root.get("width")) - 12 and y + height <= float(root.get("height")) - 12
        assert i < 2 or words[name][1] - 13 > boxes[i - 2][1] + boxes[i - 2][3]


def test_markdown_points_to_its_pictures_in_place_of_numbers():
    text = to_markdown(Document("T", "V", (Section("S", (Prose("words"), GALLERY, FIGURE)),)), "found")
    assert text.endswith(
        "**Figure 1.** Both\n\nTwo images.\n\n![an \\[image\\]](found-1-1.png) the first\n\n![another](found-1-2.png)\n\n"
        "**Figure 2.** Bars &amp; more\n\nTwo of each.\n\n![Bars &amp; more](found-2.svg)\n\nSeen once.\n"
    )


@pytest.mark.parametrize("name", ["r.md", "two words (1).md", "a<b>\\c.md", "è.md"])
def test_what_markdown_points_to_lies_beside_it(here, name):
    write_report(document(), name, pictures=True)
    found = links((here / name).read_text("utf-8"))
    files = picture_files(document(), name.removesuffix(".md"))
    assert len(found) > 5 and [target for target, _ in found] == list(files)
    assert {file.name for file in here.iterdir()} == {name, *files}
    assert all((here / target).read_bytes() == content for target, content in files.items())
    for target, content in files.items():
        if target.endswith(".svg"):
            assert ElementTree.fromstring(content).tag == f"{SVG}svg"
        else:
            assert content.startswith(b"\x89PNG")


def test_other_formats_need_no_pictures(here):
    write_report(document(), "r.html", pictures=True)
    write_report(document(), "plain.md")
    assert {file.name for file in here.iterdir()} == {"r.html", "plain.md"}
