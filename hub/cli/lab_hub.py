"""A hub of its own for the lab: in this process, on the lab's clock, with the lab's partners."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from hub.flow.parts import Parts
    from hub.lab.world import Hub

OWNER = "lab"


@contextmanager
def built(
    folder: Path,
    environment: Mapping[str, str],
    *,
    clock: Callable[[], datetime],
    seed: int,
    sellers: "Mapping[str, Collection[str]] | None" = None,
    database: str = "",
) -> "Iterator[tuple[Parts, ASGIApp]]":
    """Build a hub over the pages in that directory, and its doors; the store is closed at the end.

    `sellers` are the SKUs of each partner, without them those of the catalogue's table. Without a
    `database` the store is an embedded one in that directory. What a hub draws by lot follows from
    `seed`, but for keys that keep secrets.
    """
    from dataclasses import replace

    from hub import main
    from hub.api import build as api_of
    from hub.lab import catalog
    from hub.lab.stage import PAGES

    own = {"HUB_DATA_DIR": str(folder), "HUB_PARTNER_CONFIGS": str(folder / PAGES)}
    settings = {**_without_hub(environment), **own}
    if database:
        settings["HUB_DATABASE_URL"] = database
    settings["HUB_MAPPINGS"] = str(_maps(main.read_settings(settings).mappings, folder))
    parts = replace(main.build(settings, migrate=True), now=clock, fresh=_seeds(clock, seed))
    try:
        items, offers = catalog.items(), catalog.offers(sellers)
        parts.store.write(lambda tx: tx.catalog.put(items, offers))
        yield parts, main.doors(main.read_settings(settings), parts, api_of(parts))
    finally:
        parts.store.close()


@contextmanager
def opened(
    folder: Path,
    environment: Mapping[str, str],
    *,
    clock: Callable[[], datetime],
    seed: int,
    sellers: Mapping[str, Collection[str]],
    callers: Collection[str] = (),
    guests: Collection[str] = (),
    database: str = "",
) -> "Iterator[Hub]":
    """Build a hub for a scenario: it works when it is told to, and answers without a net.

    `callers` are the partners that need an API key, `guests` those that need an invitation.
    """
    from hub.lab.doors import AppDoor
    from hub.lab.world import Hub
    from hub.schedule import Worker

    with built(folder, environment, clock=clock, seed=seed, sellers=sellers, database=database) as (
        parts,
        app,
    ):
        door = AppDoor(app)
        worker = Worker(parts, owner=OWNER)
        try:
            yield Hub(
                store=parts.store,
                door=door,
                turn=worker.turn,
                keys={brand: api_key(parts, brand=brand) for brand in parts.brands},
                partner_keys={
                    **{partner: api_key(parts, partner=partner) for partner in callers},
                    **{partner: invitation(parts, partner) for partner in guests},
                },
            )
        finally:
            worker.rest()
            door.close()


def _maps(all_of_them: Path, folder: Path) -> Path:
    """Copy the maps that the pages there speak of, so that no others are read at every start."""
    pages = "".join(page.read_text() for page in (folder / "partner_configs").iterdir())
    copies = folder / "mappings"
    for room in ("codes", "x12/004010", "nordic", "ubl", "cxml", "json", "depot"):
        if room == "codes" or f" {room}/" in pages or (room.startswith("x12") and "x12" in pages):
            copytree(
                all_of_them / room,
                copies / room,
                ignore=ignore_patterns("samples"),
                dirs_exist_ok=True,
            )
    return copies


def _without_hub(environment: Mapping[str, str]) -> dict[str, str]:
    """The lab is the same everywhere: settings of an installation beside it do not count."""
    return {name: text for name, text in environment.items() if not name.startswith("HUB_")}


def _seeds(clock: Callable[[], datetime], seed: int) -> Callable[[], str]:
    from itertools import count

    from hub.domain.names import timed_seed

    turns = count()

    def fresh() -> str:
        lot = hashlib.sha256(f"{seed}/{next(turns)}".encode()).digest()
        return timed_seed(clock(), lot[:6])

    return fresh


def invitation(parts: "Parts", partner: str) -> str:
    """Return the path of a link by which somebody of a partner's begins to work at the portal."""
    from hub.access import Role
    from hub.flow import accounts
    from hub.lab.sites import email_of

    made = accounts.invite_by_link(
        parts,
        email=email_of(partner),
        name=parts.partners.get(partner).name,
        role=Role.SUPPLIER_USER,
        partner=partner,
        who=OWNER,
    )
    return "/l/" + made.url.rpartition("/")[2]


def is_for_people(
    parts: "Parts", partner: str, number: str, *, played: Collection[tuple[str, str]] = ()
) -> bool:
    """Say whether a purchase order of a partner is for real people: some were invited there.

    Those who lost their account are none, nor is the lab's own. `played` are brands and numbers of
    the lab's own orders, which never are for people.
    """
    from hub.flow import accounts
    from hub.lab.sites import email_of

    people = accounts.listed(parts, partner=partner)
    if all(one.disabled or one.email == email_of(partner) for one in people):
        return False
    with parts.store.read() as tx:
        found = tx.orders.for_purchase_order(partner=partner, number=number)
    return found is None or (found[0].brand, found[0].number) not in played


def api_key(parts: "Parts", *, brand: str = "", partner: str = "") -> str:
    """Return a new API key of a brand or a partner."""
    import secrets

    from hub import access

    key_id, key, digest = access.new_key(secrets.token_bytes)
    at = parts.now()
    parts.store.write(
        lambda tx: tx.keys.add(
            key_id=key_id, brand=brand, partner=partner, label=OWNER, secret_hash=digest, at=at
        )
    )
    return key
