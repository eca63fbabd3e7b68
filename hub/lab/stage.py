"""The lab's directory: keys, partner pages, and the servers and partners that live in it."""

import fcntl
import logging
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from hub.lab import pages
from hub.lab.catalog import shelf
from hub.lab.desk import Firm
from hub.lab.doors import Door
from hub.lab.firms import FIRMS, RETAILER
from hub.lab.sites import PortalSite, Site, site_of
from hub.lab.supplier import Supplier
from hub.lab.terms import Pace

MARKER = "made-by-hub-demo"
PAGES = "partner_configs"
STEP_SECONDS = 0.1
COUNTED_EVERY = timedelta(hours=20)
COLLECTED_AFTER = timedelta(hours=12)

_log = logging.getLogger("hub.lab")


class Unfit(ValueError):
    """The directory cannot be the demo's: it holds other things, or a demo runs in it."""


@contextmanager
def claimed(folder: Path, *, reset: bool) -> Iterator[None]:
    """Make the demo's directory and hold it alone; with `reset` it is emptied first.

    Raises Unfit and touches nothing when the demo did not make it or another one runs in it.
    """
    mark = folder / MARKER
    if folder.exists() and any(folder.iterdir()) and not mark.is_file():
        raise Unfit(f"{folder} is not empty and was not made by the demo; name another with --dir")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with mark.open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unfit(f"a demo runs in {folder} already; end it first") from None
        if reset:
            _empty(folder, but=mark)
        for below in ("keys", PAGES, "partners"):
            (folder / below).mkdir(mode=0o700, exist_ok=True)
        yield


def _empty(folder: Path, *, but: Path) -> None:
    for entry in folder.iterdir():
        if entry == but:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


class Stage:
    """The simulated partners of one directory, each behind a door of its own.

    `start` lets them act by themselves; who calls `open` lets them `step`. `fallen` are those that
    act no more because of a fault of theirs; the others go on.
    """

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], datetime],
        pace: Pace,
        firms: Sequence[Firm] = FIRMS,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._away: set[str] = set()
        self.sites: Mapping[str, Site] = {
            firm.key: site_of(
                folder, firm=firm, customer=RETAILER, clock=clock, pace=firm.pace or pace
            )
            for firm in firms
        }
        self.suppliers = [site.supplier for site in self.sites.values()]
        self._stopping = threading.Event()
        self._restocking = threading.Event()
        # One pair of hands winds the clock, the other does what a partner does.
        self._hands = ThreadPoolExecutor(2, thread_name_prefix="simulated partners")
        self._acting: Future[None] | None = None
        self.fallen: dict[str, BaseException] = {}
        self._told: set[str] = set()

    def open(self, shelves: Mapping[str, Mapping[str, int]] | None = None) -> None:
        """Open the doors, write a page for each partner and let each count what it has.

        `shelves` is that, by partner and SKU; without, what the demo's catalogue says.
        """
        for ordinal, (key, site) in enumerate(self.sites.items(), start=1):
            site.open()
            page = pages.page(
                site.supplier.firm,
                wire=site.wire(),
                priority=10 * ordinal,
                collected=self._clock() + COLLECTED_AFTER,
            )
            (self._folder / PAGES / f"{key}.yaml").write_text(page)
            if site.supplier.firm.counts:
                site.supplier.open(shelf(key) if shelves is None else shelves[key])

    def connect(self, door: Door, keys: Mapping[str, str]) -> None:
        """Tell everybody where the hub answers; `keys` are API keys and invitations."""
        for key, site in self.sites.items():
            site.connect(door, keys.get(key, ""))

    def leave_to_people(self, is_theirs: Callable[[str, str], bool]) -> None:
        """Have guests begin no order that is real people's: asked by partner and number."""
        for key, site in self.sites.items():
            if isinstance(site, PortalSite):
                site.leave(partial(is_theirs, key))

    def start(self) -> None:
        """Open everything, and let the partners act from now on."""
        self.open()
        self._acting = self._hands.submit(self._act)

    def stop(self) -> None:
        """End the acting, then the servers."""
        self._stopping.set()
        if self._acting is not None:
            wait([self._acting])
        self._hands.shutdown()
        for site in self.sites.values():
            site.close()

    def step(self) -> int:
        """Let everybody who is there do what is due; returns how much was done."""
        here = [site for key, site in self.sites.items() if key not in self._away]
        return sum(site.supplier.step() for site in here)

    def leave(self, partner: str) -> None:
        """Take a partner off the net: its door is shut and it does nothing."""
        self._away.add(partner)
        self.sites[partner].close()

    def come_back(self, partner: str) -> None:
        """Put it on the net again, at the same address."""
        self.sites[partner].open()
        self._away.discard(partner)

    def next_at(self) -> datetime | None:
        """Return when somebody who is there will say something next."""
        moments = [
            site.supplier.next_at() for key, site in self.sites.items() if key not in self._away
        ]
        return min((moment for moment in moments if moment), default=None)

    @property
    def callers(self) -> list[str]:
        """Those who ask the hub for their work, and need an API key for it."""
        return [key for key, site in self.sites.items() if site.supplier.firm.speaks == "rest"]

    @property
    def guests(self) -> list[str]:
        """Those who work at the portal, and need an invitation."""
        return [key for key, site in self.sites.items() if site.supplier.firm.speaks == "portal"]

    def restock(self) -> None:
        """Let the suppliers' goods come in that they wait for; a second time nothing comes."""
        self._restocking.set()

    def check(self) -> list[str]:
        """Return a sentence for each partner that a fault ended since the last look.

        Raises what ended the acting of all: nobody would act any more.
        """
        if self._acting is not None and self._acting.done():
            self._acting.result()
        new = [name for name in list(self.fallen) if name not in self._told]
        self._told.update(new)
        return [_fell(name, self.fallen[name]) for name in new]

    def quiet(self) -> bool:
        """Return whether no supplier owes a paper, and all that were written were taken.

        Of one that fell nothing comes any more.
        """
        return not any(supplier.owes() or supplier.untaken() for supplier in self._standing())

    def addresses(self) -> dict[str, str]:
        """Return where each partner's messages can be looked at."""
        return {key: site.address() for key, site in self.sites.items()}

    def _act(self) -> None:
        counted_at = self._clock()
        while not self._stopping.wait(STEP_SECONDS):
            counting = self._clock() - counted_at > COUNTED_EVERY
            if counting:
                counted_at = self._clock()
            for supplier in self._standing():
                if counting and supplier.firm.counts:  # what was told stays believed
                    self._let(supplier, supplier.count_again)
                self._let(supplier, partial(self._work, supplier))

    def _standing(self) -> list[Supplier]:
        return [one for one in self.suppliers if one.firm.key not in self.fallen]

    def _work(self, supplier: Supplier) -> None:
        if self._restocking.is_set():
            supplier.restock()
        supplier.step()

    def _let(self, supplier: Supplier, work: Callable[[], object]) -> None:
        """Who meets a fault stands still until the next start; nobody else does."""
        fault = self._hands.submit(work).exception()
        if fault is not None:
            name = supplier.firm.key
            _log.error("the simulated partner %s met a fault and stops", name, exc_info=fault)
            self.fallen[name] = fault


def _fell(name: str, fault: BaseException) -> str:
    return (
        f"the simulated partner {name} met a fault of its own and does nothing more until the "
        f"next start; everybody else goes on: {type(fault).__name__}: {fault}"
    )
