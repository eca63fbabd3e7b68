"""Write a picture of every screen, to be looked at: `python -m tests.web.screens FOLDER`."""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from hub.access import House
from tests.web.rooms import Rooms, context_of, opened, paths

KINDS = {"wide": (True, "light"), "narrow": (False, "light"), "dark": (True, "dark")}


def main(folder: Path) -> int:
    """Take the pictures; return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("chromium is missing: make system")
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with opened(Path(home), browser) as rooms:
            taken = sum(
                _taken(rooms, browser, house, kind, folder) for house in House for kind in KINDS
            )
        browser.close()
    return taken


def _taken(rooms: Rooms, browser: Browser, house: House, kind: str, folder: Path) -> int:
    wide, scheme = KINDS[kind]
    context = context_of(rooms, browser, house, wide=wide, script=True, scheme=scheme)
    page = context.new_page()
    found = paths(rooms, house)
    for path in found:
        page.goto(rooms.at(house, path))
        name = "".join(sign if sign.isalnum() else "-" for sign in path).strip("-") or "first"
        page.screenshot(path=folder / f"{house}-{name[:60]}-{kind}.png", full_page=True)
    context.close()
    return len(found)


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "screens")
    sys.stdout.write(f"{main(target)} pictures in {target}\n")
