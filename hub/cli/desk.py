"""What a command works with: the environment it was given, the store it opens, where it prints."""

import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.shown import Failure
from hub.cli.words import as_text, clean, line

if TYPE_CHECKING:
    from hub.flow.parts import Parts
    from hub.main import Pages
    from hub.settings import Settings
    from hub.store import Store

WHO = "operator"
"""Who did it, in the rows that a command leaves: whoever may read the master key."""


class Desk:
    """The context of every command. Opens nothing before a command asks for it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    # --- what is opened -------------------------------------------------------------------------

    def settings(self) -> "Settings":
        """Return the settings of the environment; raises ConfigError with every mistake."""
        from hub import main

        return main.read_settings(self.environment)

    def pages(self) -> "Pages":
        """Return every page, read and checked, without any store."""
        from hub import main

        return main.read_pages(self.settings())

    def fresh(self) -> bool:
        """Return whether the store is an embedded one that was never made."""
        url = self.settings().database_url
        return url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists()

    @contextmanager
    def reading(self) -> "Iterator[Parts]":
        """Open the store that is there; fails when there is none yet."""
        self._must_be_there()
        with self._open(migrate=False) as parts:
            yield parts

    def _must_be_there(self) -> None:
        if self.fresh():
            raise Failure(
                f"there is no store in {self.settings().data_dir} yet",
                then="hub migrate  (or set HUB_DATA_DIR to where it is)",
            )

    @contextmanager
    def store(self) -> "Iterator[Store]":
        """Open the store that is there without any page: what is wrong may be a page."""
        from hub import main

        self._must_be_there()
        store = main.open_store(self.settings())
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def writing(self) -> "Iterator[Parts]":
        """Open the store; an embedded one is made when there is none."""
        with self._open(migrate=self.fresh()) as parts:
            yield parts

    @contextmanager
    def running(self) -> "Iterator[Parts]":
        """Open the store as `writing` does, for what moves orders: every open one has a page."""
        from hub import main

        with _closing(main.build_to_run(self.environment, migrate=self.fresh())) as parts:
            yield parts

    @contextmanager
    def _open(self, *, migrate: bool) -> "Iterator[Parts]":
        from hub import main

        with _closing(main.build(self.environment, migrate=migrate)) as parts:
            yield parts

    def warn_if_open(self) -> None:
        """Tell on stderr when others than the owner may look into HUB_DATA_DIR; changes nothing."""
        folder = self.settings().data_dir
        if folder.is_dir() and (mode := stat.S_IMODE(folder.stat().st_mode)) & 0o077:
            self.say(
                f"warning: others on this machine may enter {folder} (mode {mode:04o}); orders and "
                f"keys lie there: chmod 700 {folder}"
            )

    # --- what is printed ------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """Write a message for people to stderr."""
        click.echo(clean(text), err=True)

    def write(self, text: str = "", *, colour: str = "", bold: bool = False) -> None:
        """Write a line of the answer to stdout, coloured where that is wanted and possible."""
        styled = click.style(clean(text), fg=colour or None, bold=bold or None)
        click.echo(styled, color=self.coloured())

    def json(self, value: object) -> None:
        """Write a value as JSON to stdout."""
        click.echo(as_text(value))

    def coloured(self) -> bool:
        """Return whether colours are wanted: on a terminal, and NO_COLOR not set (no-color.org)."""
        return sys.stdout.isatty() and not self.environment.get("NO_COLOR")

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Write rows under headings; on a terminal long cells wrap, else each row is one line."""
        if sys.stdout.isatty():
            self._wrapped(headings, rows)
            return
        cells = [list(headings), *([line(cell) for cell in row] for row in rows)]
        widths = [max(len(row[n]) for row in cells) for n in range(len(headings))]
        for row in cells:
            pairs = zip(row, widths, strict=True)
            click.echo("  ".join(cell.ljust(width) for cell, width in pairs).rstrip())

    def _wrapped(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(*headings, box=box.SIMPLE_HEAD, pad_edge=False)
        for row in rows:
            table.add_row(*(Text(line(cell)) for cell in row))
        Console(no_color=not self.coloured(), highlight=False).print(table)

    @contextmanager
    def progress(self, title: str, *, total: int) -> Iterator[Callable[[int], None]]:
        """Show a bar on stderr; the caller says how far the work is. No bar off a terminal."""
        if not sys.stderr.isatty():
            yield lambda done: None
            return
        from rich.console import Console
        from rich.progress import Progress

        no_color = bool(self.environment.get("NO_COLOR"))
        with Progress(console=Console(stderr=True, no_color=no_color), transient=True) as bar:
            task = bar.add_task(title, total=total)
            yield lambda done: bar.update(task, completed=done)


pass_desk = click.make_pass_decorator(Desk)


@contextmanager
def _closing(parts: "Parts") -> "Iterator[Parts]":
    try:
        yield parts
    finally:
        parts.store.close()


def owner() -> str:
    """Return a name for this process among the workers of a store."""
    return f"{_where()}:{os.getpid()}"


def gone(name: str) -> bool:
    """Return whether a worker of that name ran here and lives no more; of others nobody knows."""
    where, _, pid = name.rpartition(":")
    if where != _where() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _where() -> str:
    """The machine and its space of process numbers: a container has its own."""
    return f"{os.uname().nodename}/{Path('/proc/self/ns/pid').readlink()}"
