"""Somebody who goes through pages in a real browser, and what it takes: clicks, keys, pages, time.

The time is that of the keystroke-level model (Card, Moran, Newell 1980) and beside it what this
machine took to answer. M goes before each button, link and field, once; a hand that goes from
mouse to keys pays H; a thumb on glass pays none. Times are in seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from playwright.sync_api import FileChooser, Locator, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

K, P, M, H = 0.28, 1.1, 1.35, 0.4
"""To press a key or button, to point, to make up one's mind, to move a hand (seconds)."""
FARTHEST = 250
"""So many Tabs are tried until something is out of the keyboard's reach."""
CHOOSER_TRIES, CHOOSER_WAIT = 6, 5_000.0  # milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How somebody goes: at a desk or on a phone, with scripts or without, with a mouse or not."""

    name: str
    wide: bool = True
    script: bool = False
    keys_alone: bool = False


WAYS = (
    Way(name="desk-script", script=True),
    Way(name="desk", script=False),
    Way(name="phone-script", wide=False, script=True),
    Way(name="phone", wide=False),
    Way(name="keys", keys_alone=True),
    Way(name="keys-script", script=True, keys_alone=True),
)


@dataclass(slots=True)
class Walker:
    """One page, walked in one way; by keys alone everything is reached by Tab from where one is.

    `clicks` are links and buttons used and files chosen, by whatever means, `fields` what was
    typed or chosen into, `scans` what a scanner read. The page that a walk begins on is not
    counted as time.
    """

    page: Page
    way: Way
    clicks: int = 0
    fields: int = 0
    keys: int = 0
    scans: int = 0
    pages: int = 0
    model: float = 0.0
    measured: float = 0.0
    _hand: str = field(default="", repr=False)

    @property
    def seconds(self) -> float:
        """What the walk takes: the model's time and the machine's."""
        return self.model + self.measured

    # --- going somewhere ------------------------------------------------------------------------

    def start(self, url: str) -> None:
        """Begin on a page."""
        answer = self.page.goto(url)
        assert answer is not None and answer.ok, url
        self.pages += 1

    def link(self, url: str) -> None:
        """Follow a link out of a mail that is open."""
        self.clicks += 1
        if self.way.keys_alone:
            self._typed(1, thought=True)
        else:
            self._pointed(1, thought=True)
        began = perf_counter()
        answer = self.page.goto(url)
        self.measured += perf_counter() - began
        assert answer is not None and answer.ok, url
        self.pages += 1

    def follow(self, target: Locator) -> None:
        """Use a link or button that leads to a page."""
        self.clicks += 1
        if self.way.keys_alone:
            self._reach(target)
            self._typed(1)
            self._leads(lambda: self.page.keyboard.press("Enter"))
        else:
            self._pointed(1, thought=True)
            self._leads(lambda: self._touch(target))

    def send(self) -> None:
        """End what was typed with Enter, which leads to a page."""
        self._typed(1)
        self._leads(lambda: self.page.keyboard.press("Enter"))

    def _leads(self, act: Callable[[], object]) -> None:
        began = perf_counter()
        with self.page.expect_navigation():
            act()
        self.measured += perf_counter() - began
        self.pages += 1

    # --- staying on it --------------------------------------------------------------------------

    def enter(self, target: Locator, text: str) -> None:
        """Type into a field, in place of what is in it; go there first unless one is there."""
        self.fields += 1
        if self._at(target) or self._next_is(target):
            self.model += M
        elif self.way.keys_alone:
            self._reach(target)
        else:
            self._pointed(1, thought=True)
            self._touch(target)
        if target.input_value() and not self.way.keys_alone:
            self._typed(1)  # everything is marked first; Tab does that by itself
        target.fill("")
        self._typed(len(text))
        self.page.keyboard.type(text)

    def mend(self, target: Locator, wrong: str, right: str) -> None:
        """Replace a word in a long text: marked with the mouse, or gone to by arrow keys."""
        self.fields += 1
        before = target.input_value().partition(wrong)[0]
        if self.way.keys_alone:
            self._reach(target)
            down, along = before.count("\n"), len(before.rpartition("\n")[2])
            arrows = ["ArrowDown"] * down + ["ArrowRight"] * along
            for key in ["Control+Home", *arrows, *["Shift+ArrowRight"] * len(wrong)]:
                self.page.keyboard.press(key)
                self._typed(1)
        else:
            self._pointed(2, thought=True)
            ends = [len(before), len(before) + len(wrong)]
            target.focus()
            target.evaluate("(one, ends) => one.setSelectionRange(...ends)", ends)
        self._typed(len(right))
        self.page.keyboard.type(right)

    def fill(self, target: Locator, value: str, *, keys: int) -> None:
        """Fill a field that browsers show in their own ways, a day or a colour: so many keys."""
        self.fields += 1
        if self.way.keys_alone:
            self._reach(target)
        else:
            self._pointed(1, thought=True)
        self._typed(keys)
        target.fill(value)

    def peek(self, target: Locator, said: str) -> None:
        """Use a button that shows something in a window of its own, look at it and close it."""
        self.clicks += 2
        began = perf_counter()
        with self.page.context.expect_page() as opened:
            if self.way.keys_alone:
                self._reach(target)
                self.page.keyboard.press("Enter")
                self._typed(3, thought=True)
            else:
                self._touch(target)
                self._pointed(2, thought=True)
        opened.value.get_by_text(said).first.wait_for()
        self.measured += perf_counter() - began
        self.pages += 1
        opened.value.close()

    def choose(self, target: Locator, label: str) -> None:
        """Choose from a list: by arrow keys, else by opening it."""
        self.fields += 1
        if self.way.keys_alone:
            self._reach(target)
            words = [one.strip() for one in target.locator("option").all_inner_texts()]
            far = words.index(label) - int(target.evaluate("one => one.selectedIndex"))
            for _ in range(abs(far)):
                self._typed(1)
                self.page.keyboard.press("ArrowDown" if far > 0 else "ArrowUp")
        else:
            self._pointed(2, thought=True)
            target.select_option(label=label)

    def file(self, target: Locator, path: Path) -> None:
        """Choose a file: by keys its name is typed, else it is found among others and opened."""
        self.clicks += 1
        if self.way.keys_alone:
            self._reach(target)
            self._typed(1)
            chooser = self._chooser_by_key()
            self._typed(len(path.name) + 1)
        else:
            self._pointed(1, thought=True)
            with self.page.expect_file_chooser() as asked:
                self._touch(target)
            chooser = asked.value
            self._pointed(2, thought=True)
        chooser.set_files(path)

    def _chooser_by_key(self) -> FileChooser:
        """Press Space until the browser opens its files: a busy one may miss the first press."""
        for _ in range(CHOOSER_TRIES):
            try:
                with self.page.expect_file_chooser(timeout=CHOOSER_WAIT) as asked:
                    self.page.keyboard.press("Space")
            except PlaywrightTimeout:
                continue
            return asked.value
        raise AssertionError("no files were opened by keyboard")

    def scan(self, text: str) -> None:
        """Read a bar code with a scanner: it types where the focus is, and ends with Enter."""
        self.scans += 1
        self.model += M + P + K
        self.page.locator("input:focus").wait_for()
        self.page.keyboard.type(text)
        self._leads(lambda: self.page.keyboard.press("Enter"))

    def look_up(self, seconds: float) -> None:
        """Spend time elsewhere, on what no page of ours is about."""
        self.model += seconds

    # --- the model ------------------------------------------------------------------------------

    def _typed(self, count: int, *, thought: bool = False) -> None:
        self._moves("keys")
        self.keys += count
        self.model += count * K + (M if thought else 0)

    def _pointed(self, presses: int, *, thought: bool) -> None:
        self._moves("mouse")
        self.model += presses * (P + K) + (M if thought else 0)

    def _moves(self, hand: str) -> None:
        if self.way.wide and self._hand not in ("", hand):
            self.model += H
        self._hand = hand

    # --- the browser ----------------------------------------------------------------------------

    def _touch(self, target: Locator) -> None:
        if self.way.wide:
            target.click()
        else:
            target.tap()

    def _at(self, target: Locator) -> bool:
        return bool(target.evaluate("one => one === document.activeElement"))

    def _next_is(self, target: Locator) -> bool:
        """Go on by Tab, as whoever has just typed does, when that leads there."""
        if self._hand != "keys" or not self.way.wide or self._is_nowhere():
            return False
        self.page.keyboard.press("Tab")
        if self._at(target):
            self._typed(1)
            return True
        self.page.keyboard.press("Shift+Tab")
        return False

    def _is_nowhere(self) -> bool:
        return bool(self.page.evaluate("document.activeElement === document.body"))

    def _reach(self, target: Locator) -> None:
        """Press Tab until it has the focus; past the menu by the link that is made for that."""
        self.model += M
        if self._is_nowhere() and target.evaluate("one => !!one.closest('main')"):
            self._tab()
            self._typed(1)
            self.page.keyboard.press("Enter")
            self.page.wait_for_url("**#main")
        for _ in range(FARTHEST):
            self._tab()
            if self._at(target):
                return
        raise AssertionError(f"the keyboard does not reach {target}")

    def _tab(self) -> None:
        self._typed(1)
        self.page.keyboard.press("Tab")

    def gives_to(self, other: Page) -> None:
        """Let somebody else go on in another window; the counts are those of both."""
        self.page, self._hand = other, ""
