"""The page of a real evaluation in a real browser."""

import pytest

from tests.browser import barriers, chromium, needs, outside, overlapping, quiet_pages

pytestmark = [needs, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def opened(evaluated):
    with chromium() as browser, quiet_pages(browser, evaluated.saved / "report.html") as opening:
        yield opening


def test_all_charts_are_drawn(opened):
    page = opened()
    titles = page.locator("svg[role=img] > title").all_text_contents()
    assert titles == [
        "P@1 by way of scoring",
        "P@k",
        "P@1 by frequency",
        "Calibration",
        "Agreement by k",
        "Test words and their translations",
    ]
    for box in page.locator("svg[role=img]").evaluate_all("all => all.map(s => s.getBoundingClientRect().toJSON())"):
        assert box["width"] > 300 and box["height"] > 80
    assert outside(page) == [] and overlapping(page) == []


def test_tables_are_sorted(opened):
    page = opened()
    heading = page.locator("table.sortable").first.locator("thead th").nth(1)
    cells = page.locator("table.sortable").first.locator("tbody td:nth-child(2)")
    heading.get_by_role("button").click()
    falling = [float(text.split()[0]) for text in cells.all_inner_texts()]
    assert falling == sorted(falling, reverse=True) and len(set(falling)) == 3
    heading.get_by_role("button").click()
    assert [float(text.split()[0]) for text in cells.all_inner_texts()] == falling[::-1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_telephone_shows_it_without_barriers(opened, scheme):
    page = opened(width=390, scheme=scheme)
    _, serious = barriers(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390 and serious == []
