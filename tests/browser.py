"""A real browser for pages: headless Chromium through playwright; what is said on its console and asked of hosts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_BROWSER = next((found for name in _NAMES if (found := shutil.which(name))), None)
needs = pytest.mark.skipif(
    _BROWSER is None or find_spec("playwright") is None or find_spec("axe_playwright_python") is None,
    reason="needs Chromium (Debian: chromium-headless-shell), and playwright and axe-playwright-python of PyPI",
)


@contextmanager
def chromium() -> Iterator[Any]:
    """Start the browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Root has no sandbox in a container, and /dev/shm is small in one.
        flags = ["--no-sandbox", "--disable-dev-shm-usage"]
        one = playwright.chromium.launch(executable_path=_BROWSER, args=flags)
        yield one
        one.close()


@contextmanager
def quiet_pages(browser: Any, file: Path) -> Iterator[Callable[..., Any]]:
    """Open a file; at the end nothing was said on the console, and nothing was asked of any host."""
    said: list[str] = []
    asked: list[str] = []
    contexts = []

    def opening(width: int = 1200, scheme: str = "light", scripts: bool = True) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        return page

    yield opening
    assert said == []
    # Pictures are in the page itself.
    assert {url for url in asked if not url.startswith("data:")} == {file.as_uri()}
    for context in contexts:
        context.close()


def outside(page: Any) -> list[str]:
    """Parts of charts that reach out of their drawing, and would be cut off."""
    found: list[str] = page.locator("svg[role=img]").evaluate_all(
        """all => all.flatMap(s => {
            const o = s.getBoundingClientRect();
            return [...s.querySelectorAll('text, path, rect, line')].filter(part => {
                const b = part.getBoundingClientRect();
                return b.left < o.left - 1.5 || b.right > o.right + 1.5 || b.top < o.top - 1.5 || b.bottom > o.bottom + 1.5;
            }).map(part => s.querySelector('title').textContent + ': ' + part.textContent);
        })"""
    )
    return found


def overlapping(page: Any) -> list[str]:
    """Texts of charts that lie on one another."""
    found: list[str] = page.locator("svg[role=img]").evaluate_all(
        """all => all.flatMap(s => {
            const boxes = [...s.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
            return boxes.flatMap(([one, a], i) => boxes.slice(i + 1).filter(([, b]) =>
                Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
                Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4).map(([other]) => one + ' / ' + other));
        })"""
    )
    return found


def barriers(page: Any) -> tuple[set[str], list[tuple[str, str, str]]]:
    """What axe found to be in order, and its moderate, serious and critical violations."""
    import axe_playwright_python

    page.locator("summary").evaluate_all("all => all.forEach(s => s.click())")
    page.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    serious = [
        (one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical", "moderate")
    ]
    return {one["id"] for one in found["passes"]}, serious
