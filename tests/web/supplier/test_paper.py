"""The same slips through a printer: what is on each page of paper.

Apart from the other tests: while the browser lives, nothing else here can run a loop of its own.
"""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import BrowserContext, sync_playwright

from tests.cast import MAYA
from tests.rigs import free_port
from tests.web.supplier.rig import HOST, open_counter
from tests.web.supplier.test_printing import present


@dataclass(frozen=True, slots=True)
class Printer:
    """A browser that prints into a file, signed in as Corner, with the orders to print."""

    context: BrowserContext
    base: str
    folder: Path
    numbers: tuple[str, ...]

    def pages(self, path: str) -> list[str]:
        """Print a path and return the text of every page of paper."""
        page = self.context.new_page()
        page.goto(self.base + path)
        page.pdf(path=self.folder / "out.pdf", prefer_css_page_size=True)
        page.close()
        words = ["pdftotext", "-layout", str(self.folder / "out.pdf"), "-"]
        text = subprocess.run(words, capture_output=True, check=True, text=True).stdout
        return text.removesuffix("\f").split("\f")


@pytest.fixture(scope="module")
def printer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Printer]:
    folder = tmp_path_factory.mktemp("printer")
    counter = open_counter(folder)
    numbers = (
        counter.order("1001", 2),
        present(counter, "1002"),
        present(counter, "H-7", brand="harbor"),
    )
    browser = counter.browser()
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(counter.app, port=port, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    path = shutil.which("chromium")
    assert path and shutil.which("pdftotext"), "chromium or pdftotext is missing: make system"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = chromium.new_context(java_script_enabled=False)
        [(name, value)] = browser.cookies.items()
        base = f"http://{HOST}:{port}"
        context.set_extra_http_headers({"cookie": f"{name}={value}"})
        yield Printer(context=context, base=base, folder=folder, numbers=numbers)
        chromium.close()
    server.should_exit = True
    thread.join()
    counter.house.close()


def test_each_order_begins_a_page_that_holds_its_brand_alone(printer: Printer) -> None:
    query = "&".join(f"order={number}" for number in printer.numbers)
    first, second, third = printer.pages(f"/print/slips?{query}")
    for page, number in zip((first, second, third), printer.numbers, strict=True):
        assert number in page
        assert MAYA.name in page
        for others in set(printer.numbers) - {number}:
            assert others not in page
        for words in ("corner", "Ana Ortiz", "10.00", "4.00", "Print this page", "$"):
            assert words.lower() not in page.lower(), words
    assert "Warm evenings" not in first
    assert "Warm evenings" in second and "Warm evenings" in third
    assert "juniper" in first.lower() and "harbor" not in (first + second).lower()
    assert "harbor" in third.lower() and "juniper" not in third.lower()


def test_letter_is_a_paper_of_its_own(printer: Printer) -> None:
    printer.pages(f"/print/slips?order={printer.numbers[0]}&paper=letter")
    words = ["pdfinfo", str(printer.folder / "out.pdf")]
    told = subprocess.run(words, capture_output=True, check=True, text=True).stdout
    assert "612 x 792 pts (letter)" in told
    printer.pages(f"/print/slips?order={printer.numbers[0]}&paper=a4")
    told = subprocess.run(words, capture_output=True, check=True, text=True).stdout
    assert "(A4)" in told
