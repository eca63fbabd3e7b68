"""Walk every journey and print what it took as a table: `python -m tests.web.journeys`.

The machine's own time depends on the machine; nothing is judged by it.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from playwright.sync_api import sync_playwright

from tests.web.journeys.all import JOURNEYS
from tests.web.journeys.houses import World, world
from tests.web.journeys.journey import Goal, Journey, within
from tests.web.walker import WAYS, K, M, Walker, Way

HEAD = (
    "| journey | way | clicks | fields | scans | keys | pages "
    "| model s | measured s | both s | goal | over it |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|"
)
COMMANDS = ("pipx install supplier-hub", "hub demo")
DEMO_SECONDS = 60
DEMO = (sys.executable, "-m", "hub", "demo", "--no-open", "--exit-when-done", "--port", "0")


def rows(found: World) -> Iterator[str]:
    """Walk each journey in each way."""
    for journey in JOURNEYS:
        for way in WAYS:
            yield _row(journey, way, journey.walk(found, way))


def _row(journey: Journey, way: Way, walked: Walker) -> str:
    counts = (walked.clicks, walked.fields, walked.scans, walked.keys, walked.pages)
    cells = [f"{journey.number} {journey.about}", way.name, *(str(count) for count in counts)]
    times = [f"{one:.1f}" for one in (walked.model, walked.measured, walked.seconds)]
    return f"| {' | '.join([*cells, *times, _goal(journey.goal), _over(walked, journey.goal)])} |"


def _goal(goal: Goal) -> str:
    counts = {"clicks": goal.clicks, "fields": goal.fields, "scans": goal.scans}
    said = [f"{name} {count}" for name, count in counts.items() if count]
    return ", ".join([*said, f"{goal.seconds:g} s"])


def _over(walked: Walker, goal: Goal) -> str:
    """What took more than it may, the machine's own time included; empty when nothing did."""
    slow = walked.model <= goal.seconds < walked.seconds
    late = f"{walked.seconds - goal.seconds:.1f} s with the machine's" if slow else ""
    return ", ".join([*within(walked, goal), *([late] if late else [])])


def demo() -> str:
    """Run the demo as a newcomer does, from its command to the page that it opens in the end."""
    keys = sum(len(command) + 1 for command in COMMANDS)
    began = perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(DEMO, cwd=folder, check=True, capture_output=True)
    took = perf_counter() - began
    model = len(COMMANDS) * M + keys * K
    times = f"{model:.1f} | {took:.1f} | {model + took:.1f}"
    what = "J19 a newcomer sees the demo's first page"
    over = f"{model + took - DEMO_SECONDS:.1f} s" if model + took > DEMO_SECONDS else ""
    goal = f"{len(COMMANDS)} commands, {DEMO_SECONDS} s"
    return f"| {what} | keys | 0 | 0 | 0 | {keys} | 1 | {times} | {goal} | {over} |"


def main() -> int:
    """Print the table."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("chromium is missing: make system")
    sys.stdout.write(f"{HEAD}\n")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with world(Path(folder), browser, whole=True) as found:
            for row in rows(found):
                sys.stdout.write(f"{row}\n")
                sys.stdout.flush()
        browser.close()
    sys.stdout.write(f"{demo()}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
