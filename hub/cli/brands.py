"""`hub brand`: the storefronts' pages listed, checked, and put in the place of those before."""

from pathlib import Path

import click

from hub.cli.desk import WHO, Desk, pass_desk
from hub.cli.shown import Failure, Mistakes, ShownGroup, as_json
from hub.errors import ConfigError


@click.group(
    cls=ShownGroup,
    epilog="hub brand list\nhub brand check juniper draft.yaml\n"
    "hub brand publish juniper draft.yaml",
)
def brand() -> None:
    """Brands: one folder with a brand.yaml each; the hub reads them when it starts."""


@brand.command("list", epilog="hub brand list --json")
@as_json
@pass_desk
def list_(desk: Desk, as_json: bool) -> None:
    """Show every brand with its hosts, the mails its customers get and from whom."""
    found = [one for _, one in sorted(desk.pages().brands.items())]
    if as_json:
        desk.json({"brands": found})
        return
    rows = [
        (one.id, one.name, ", ".join(one.hosts), one.zone, one.mail_from, ", ".join(one.mails))
        for one in found
    ]
    desk.table(("ID", "NAME", "HOSTS", "ZONE", "MAILS FROM", "MAILS"), rows)


@brand.command(epilog="hub brand check juniper draft.yaml")
@click.argument("brand_id", metavar="BRAND")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_desk
def check(desk: Desk, brand_id: str, file: Path) -> None:
    """Name every mistake of a page beside the other brands' pages; nothing is written."""
    from hub.ops.brand_files import Houses, judged

    chosen = desk.settings()
    houses = Houses(portal=chosen.portal_hosts, desk=chosen.desk_hosts)
    try:
        judged(_folder(desk, brand_id), brand_id, _text(file), houses=houses)
    except ConfigError as fault:
        raise Mistakes(fault.mistakes) from None
    desk.write(f"The hub would start with this page of {brand_id}.")


@brand.command(epilog="hub brand publish juniper draft.yaml")
@click.argument("brand_id", metavar="BRAND")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_desk
def publish(desk: Desk, brand_id: str, file: Path) -> None:
    """Check a page and put it in the place of the one before, which is kept beside it.

    A new logo is put into the brand's folder first. Running processes go on with what they read;
    start the hub again.
    """
    from hub.ops.brand_files import publish as put

    folder, text = _folder(desk, brand_id), _text(file)
    with desk.reading() as parts:
        put(parts, folder, brand_id, text, who=WHO)
    desk.write(f"{brand_id} is published: it counts from the next start of the hub.")


def _folder(desk: Desk, brand_id: str) -> Path:
    """Return the folder of the brands; fails when it has none of that name."""
    found = desk.settings().brands
    if not (found / brand_id / "brand.yaml").is_file():
        raise Failure(f"there is no brand {brand_id!r} in {found}", then="hub brand list")
    return found


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Failure(f"{file} is no UTF-8 text") from None
