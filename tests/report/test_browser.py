"""The page in a real browser: drawn, silent, sortable, narrow enough for a telephone, and without barriers."""

from __future__ import annotations

import pytest

from tests.browser import barriers, chromium, needs, outside, overlapping, quiet_pages
from tests.report.sample import SCRIPT, document
from wordrel.report import write_report

pytestmark = [needs, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    return write_report(document(), tmp_path_factory.mktemp("page") / "report.html")


@pytest.fixture(scope="module")
def browser():
    with chromium() as one:
        yield one


@pytest.fixture
def opened(browser, page_file):
    with quiet_pages(browser, page_file) as opening:
        yield opening


def column(page, table, index):
    rows = page.locator("table.sortable").nth(table).locator("tbody tr")
    return [rows.nth(i).locator("th, td").nth(index).inner_text() for i in range(rows.count())]


def test_every_chart_and_every_part_of_it_is_drawn(opened):
    page = opened()
    boxes = page.locator("svg[role=img]").evaluate_all(
        "all => all.map(s => { const b = s.getBoundingClientRect(); return [b.width, b.height]; })"
    )
    assert len(boxes) == 11  # ten figures, one of them of two panels
    assert all(width > 300 and height > 80 for width, height in boxes)
    assert outside(page) == []


def test_texts_of_a_chart_do_not_lie_on_one_another(opened):
    assert overlapping(opened()) == []


def test_words_are_text_and_no_markup(opened):
    page = opened()
    assert page.locator("script").count() == 1
    assert page.locator("img").count() == 8
    assert page.get_by_text(SCRIPT, exact=True).count() >= 3
    assert page.title() == "English to Italian: an evaluation"
    # The whole of a long word is in its title.
    assert page.locator("td bdi[title]").first.get_attribute("title") == "x" * 5_000
    assert (
        page.evaluate("new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size")
        == page.locator("[id]").count()
    )


def test_tables_are_sorted_by_their_numbers_from_the_keyboard(opened):
    page = opened()
    heading = page.locator("table.sortable").first.locator("thead th").nth(1)
    heading.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    assert column(page, 0, 1) == ["12,345", "1,500", "900", "7"]
    page.keyboard.press("Space")
    assert heading.get_attribute("aria-sort") == "ascending"
    assert column(page, 0, 1) == ["7", "900", "1,500", "12,345"]


def test_intervals_are_sorted_by_value_and_the_absent_stand_last(opened):
    page = opened()
    heads = page.locator("table.sortable").first.locator("thead th")
    heads.nth(2).get_by_role("button").click()
    assert [text.split()[0] for text in column(page, 0, 2)] == ["51.0", "46.3", "40.0", "9.0"]
    heads.nth(4).get_by_role("button").click()
    assert heads.nth(2).get_attribute("aria-sort") is None
    assert column(page, 0, 4) == ["0.360 ± 0.004", "−0.050 ± 0.010", "–", "–"]
    heads.nth(4).get_by_role("button").click()
    assert column(page, 0, 4) == ["−0.050 ± 0.010", "0.360 ± 0.004", "–", "–"]
    heads.nth(0).get_by_role("button").click()
    assert column(page, 0, 0)[:3] == ["CSLS", "nearest neighbour", "re-ranked"]


def test_without_scripts_everything_is_there_but_the_buttons(opened):
    page = opened(scripts=False)
    assert page.locator("table.sortable").count() == 2
    assert page.locator("button").count() == 0
    assert page.locator("svg[role=img]").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_scrolls_sideways_at_390_pixels_but_tables(opened, scheme):
    page = opened(width=390, scheme=scheme)
    page.locator("summary").evaluate_all("all => all.forEach(s => s.click())")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    scrolled = page.locator(".scroll").first
    assert scrolled.evaluate("s => s.scrollWidth > s.clientWidth")
    scrolled.focus()
    page.keyboard.press("ArrowRight")
    # It scrolls smoothly; the page's own policy forbids waiting for an expression within it.
    for _ in range(200):
        if scrolled.evaluate("s => s.scrollLeft") > 0:
            break
        page.wait_for_timeout(25)
    assert scrolled.evaluate("s => s.scrollLeft") > 0


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 390)])
def test_axe_finds_nothing_serious(opened, scheme, width):
    passed, serious = barriers(opened(width=width, scheme=scheme))
    assert {"color-contrast", "svg-img-alt", "scrollable-region-focusable"} <= passed
    assert serious == []


def test_paper_is_light(opened):
    page = opened(scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 28)"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("nav").is_visible()
