"""Write a picture of every screen, to be looked at: `python -m tests.web.screens FOLDER`."""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from hub.access import House
from tests.web.rooms import Rooms, context_of, nothing, opened, paths
from tests.web.states import much

STATES = {"full": much, "empty": nothing}
KINDS = {"wide": (True, "light"), "narrow": (False, "light"), "dark": (True, "dark")}


def main(folder: Path) -> int:
    """Take the pictures; return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("chromium is missing: make system")
    taken = 0
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for state, filling in STATES.items():
            into = folder / state
            into.mkdir(exist_ok=True)
            with opened(Path(home) / state, browser, filling=filling) as rooms:
                for house in House:
                    taken += sum(_taken(rooms, browser, house, kind, into) for kind in KINDS)
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
