"""A house whose Acme is reached another way than by a folder, with more channels if wanted."""

from collections.abc import Mapping
from pathlib import Path

from hub.flow.lanes import LaneTurn
from tests.fakes import Supplier
from tests.rigs.houses import PAGE, Clock, House, open_parts, stock_up

SENDS = ("send: [850, 860]", "  850: x12/004010/850", "  860: x12/004010/860")


def furnish_road(
    folder: Path, *, wire: str, database: str = "", channels: str = "", sends: bool = True
) -> House:
    """Build a house with Acme behind this `wire`; its turns are named by their channels.

    `channels` are more entries of its page; without `sends` its first channel only receives.
    """
    pages = folder / "partners"
    pages.mkdir(parents=True)
    home = folder / "acme"
    for name in ("in", "out"):
        (home / name).mkdir(parents=True)
    acme = Supplier(home=home, sender=("01", "123456789"), group_sender="ACME")
    page = PAGE.format(
        name="Acme",
        wire=wire,
        qualifier="01",
        isa=acme.sender[1],
        group="ACME",
        priority=0,
        more="",
        rules="",
    )
    rows = page.splitlines()
    if not sends:
        rows = [row for row in rows if not row.strip().startswith(tuple(s.strip() for s in SENDS))]
    text = "\n".join(rows).replace("calendar:", f"{channels}calendar:")
    (pages / "acme.yaml").write_text(text)
    return open_house(folder, {"acme": acme}, database=database)


def open_house(
    folder: Path,
    suppliers: Mapping[str, Supplier],
    *,
    database: str = "",
    more: Mapping[str, str] | None = None,
) -> House:
    """Open a house with the one page that lies in its folder; `more` is environment."""
    environment = {
        "HUB_DATA_DIR": str(folder / "data"),
        "HUB_PARTNER_CONFIGS": str(folder / "partners"),
        **(more or {}),
    }
    if database:
        environment["HUB_DATABASE_URL"] = database
    clock = Clock()
    parts = open_parts(environment, clock)
    (page,) = parts.partners.all
    turns = {one.name: LaneTurn(parts, one, owner="test") for one in page.channels}
    house = House(parts=parts, clock=clock, suppliers=suppliers, turns=turns)
    stock_up(house)
    return house
