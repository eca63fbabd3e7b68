"""`hub catalog`: articles and who sells them, in from a file and shown."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.desk import WHO, Desk, pass_desk
from hub.cli.names import names
from hub.cli.shown import Failure, ShownGroup, as_json
from hub.domain.money import money

if TYPE_CHECKING:
    from hub.domain.catalog import PartnerItem
    from hub.ops.catalog_file import CatalogFile
    from hub.store import Transaction

CHUNK = 2000  # articles in one transaction's statements, so that the bar moves


@click.group(cls=ShownGroup, epilog="hub catalog import goods.csv\nhub catalog list --json")
def catalog() -> None:
    """Articles by SKU, and who sells them: under which ids, in which pack, at what cost."""


@catalog.command(
    "import", epilog="hub catalog import goods.csv\nhub catalog import goods.csv --json"
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@pass_desk
def import_(desk: Desk, file: Path, as_json: bool) -> None:
    """Take in a CSV file, whole or not at all.

    The first row names the columns: sku, gtin, title, description, partner, unit, units_per_pack,
    cost, currency, priority, valid_from, and the partner's ids as id:vendor, id:buyer, id:sku,
    id:gtin. Usual other names are understood. A unit is its code, such as EA, or our word for it,
    such as each. Every mistake is named by row and column; with one
    mistake nothing is imported. What is there already is replaced, nothing is removed.
    """
    from hub.flow.orders import UNITS
    from hub.ops import catalog_file

    pages = desk.pages()
    partners = {partner.id for partner in pages.partners.all}
    table = catalog_file.read(_body(file), partners=partners, units=pages.maps.codes(UNITS))
    if table.problems:
        if as_json:
            desk.json({"imported": False, "rows": table.rows, "problems": table.problems})
        for problem in table.problems:
            desk.say(f"{file.name}, {problem.where.path}: {problem.text}")
        count = len(table.problems)
        raise Failure(f"{count} mistake{'s' * (count != 1)} in {file.name}; nothing was imported")
    _put(desk, table)
    if as_json:
        counts = {"articles": len(table.items), "offers": len(table.offers)}
        desk.json({"imported": True, "rows": table.rows, **counts, "problems": []})
    else:
        desk.write(f"{len(table.items)} articles and {len(table.offers)} offers are in.")


def _body(file: Path) -> bytes:
    from hub.ops.catalog_file import LARGEST_FILE

    with file.open("rb") as stream:
        return stream.read(LARGEST_FILE + 1)


def _put(desk: Desk, table: "CatalogFile") -> None:
    from hub.flow.noting import note_command

    with (
        desk.writing() as parts,
        desk.progress("articles", total=len(table.items) + len(table.offers)) as show,
    ):

        def work(tx: "Transaction") -> None:
            for start in range(0, len(table.items), CHUNK):
                tx.catalog.put(table.items[start : start + CHUNK], ())
                show(start)
            for start in range(0, len(table.offers), CHUNK):
                tx.catalog.put((), table.offers[start : start + CHUNK])
                show(len(table.items) + start)
            told = {"articles": len(table.items), "offers": len(table.offers)}
            note_command(tx, parts, told, subject="catalog", who=WHO)

        parts.store.write(work)


@catalog.command("list", epilog="hub catalog list\nhub catalog list --after JUN-MUG --json")
@click.option("--after", default="", help="Begin behind this SKU.")
@click.option("--limit", default=100, type=click.IntRange(1, 10_000), help="At most so many.")
@as_json
@pass_desk
def list_(desk: Desk, after: str, limit: int, as_json: bool) -> None:
    """Show articles with their offers, by SKU."""
    with desk.reading() as parts, parts.store.read() as tx:
        page = tx.catalog.page(after=after, limit=limit)
    if as_json:
        desk.json(
            {"articles": [{"article": article, "offers": offers} for article, offers in page]}
        )
        return
    rows = [
        (article.sku, article.title, offer.partner if offer else "nobody", *_terms(offer))
        for article, offers in page
        for offer in (*offers, None)
        if offer is not None or not offers
    ]
    desk.table(("SKU", "TITLE", "PARTNER", "ID", "COST", "PACK", "PRIORITY"), rows)


catalog.add_command(names)


def _terms(offer: "PartnerItem | None") -> tuple[str, str, str, str]:
    if offer is None:
        return ("-", "-", "-", "-")
    ids = " ".join(f"{product.kind}:{product.value}" for product in offer.products)
    pack = f"{offer.units_per_pack} {offer.unit}"
    return (ids, money(offer.cost, offer.currency), pack, str(offer.priority))
