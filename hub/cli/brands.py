"""`hub brand`: the storefronts' pages listed, checked, and put in the place of those before."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.desk import WHO, Desk, pass_desk
from hub.cli.shown import Failure, Mistakes, ShownGroup, as_json
from hub.cli.words import one_line
from hub.errors import ConfigError

if TYPE_CHECKING:
    from hub.ops.brand_pictures import Survey
    from hub.partners import Brand


@click.group(
    cls=ShownGroup,
    epilog="hub brand list\nhub brand new maple --name 'Maple House' --like juniper …\n"
    "hub brand check juniper\nhub brand publish juniper draft.yaml",
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


@brand.command(
    epilog="hub brand new maple --name 'Maple House' --host maple.example.com "
    "--reply care@maple.example.com\n"
    "hub brand new maple … --like juniper\nhub brand new maple maple.yaml"
)
@click.argument("brand_id", metavar="BRAND")
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--name", default="", help="What customers call it.")
@click.option("--host", "hosts", multiple=True, help="Of its customers' pages; may be repeated.")
@click.option("--reply", default="", metavar="E-MAIL", help="Where customers write to.")
@click.option("--prefix", default="", help="Its purchase orders begin so; without: of its id.")
@click.option("--buyer-code", default="", help="How partners know it; without: its id.")
@click.option("--like", default="", metavar="BRAND", help="Whose looks and words it begins with.")
@pass_desk
def new(
    desk: Desk,
    brand_id: str,
    file: Path | None,
    name: str,
    hosts: tuple[str, ...],
    reply: str,
    prefix: str,
    buyer_code: str,
    like: str,
) -> None:
    """Make a brand: of a page in FILE, or of its name, its host and where customers write to.

    The page is checked beside those of the other brands and put into the folder of HUB_BRANDS.
    Without --like it has the looks and words that the hub has by itself. Start the hub again.
    """
    from hub.ops.brand_files import create
    from hub.ops.brand_text import Wish, first_page

    said = any((name, hosts, reply, prefix, buyer_code, like))
    if said == (file is not None) or (said and not (name and reply)):
        raise click.UsageError("give a FILE, or at least --name and --reply")
    folder = _own_folder(desk)
    if file is not None:
        text = _text(file)
    else:
        wish = Wish(
            id=brand_id,
            name=name,
            hosts=hosts,
            reply_email=reply,
            buyer_code=buyer_code,
            po_prefix=prefix,
        )
        text = first_page(wish, _like(desk, like))
    with desk.reading() as parts:
        create(parts, folder, brand_id, text, who=WHO)
    desk.write(f"{brand_id} is made in {folder / brand_id}: it counts from the next start of the")
    desk.write(f"hub. A key for its storefront: hub keys add --brand {brand_id}")


def _own_folder(desk: Desk) -> Path:
    """Return the folder that brands may be made in; fails where they came with the code."""
    from hub.settings import own_brands

    chosen = desk.settings()
    found = own_brands(chosen)
    if found is None:
        raise Failure(
            f"the brands in {chosen.brands} came with the code and are replaced with it: copy them "
            "into a folder of your own and name it in HUB_BRANDS",
            then="hub brand list",
        )
    return found


def _like(desk: Desk, brand_id: str) -> "Brand | None":
    """Return the brand that a new one begins with; fails when there is none of that name."""
    found = desk.pages().brands.get(brand_id) if brand_id else None
    if brand_id and found is None:
        raise Failure(f"there is no brand {brand_id!r}", then="hub brand list")
    return found


@brand.command(
    epilog="hub brand check juniper\nhub brand check juniper draft.yaml\n"
    "hub brand check juniper --json"
)
@click.argument("brand_id", metavar="BRAND")
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@as_json
@pass_desk
def check(desk: Desk, brand_id: str, file: Path | None, as_json: bool) -> None:
    """Name every mistake of a page beside the other brands' pages; nothing is written.

    Without FILE it is the brand's page as it lies in its folder. A brand that there is not yet is
    checked as the new one that it would be. Files in the folder of its articles' pictures that no
    page will ever show are named besides; the hub starts with them.
    """
    from hub.ops import brand_pictures
    from hub.ops.brand_files import PAGE, Houses, judged

    chosen = desk.settings()
    houses = Houses(portal=chosen.portal_hosts, desk=chosen.desk_hosts)
    if file is None:
        file = _folder(desk, brand_id, Path("FILE")) / brand_id / PAGE
    found = brand_pictures.survey(chosen.brands / brand_id / brand_pictures.FOLDER)
    mistakes: tuple[str, ...] = ()
    try:
        judged(chosen.brands, brand_id, _text(file), houses=houses)
    except ConfigError as fault:
        mistakes = tuple(fault.mistakes)
    _warn(desk, brand_id, found)
    if as_json:
        desk.json({"right": not mistakes, "mistakes": mistakes, "pictures": found})
    if mistakes:
        raise Mistakes(mistakes)
    if not as_json:
        desk.write(f"The hub would start with this page of {brand_id}.")
        _tell(desk, found)


def _warn(desk: Desk, brand_id: str, found: "Survey") -> None:
    for one in found.never_shown:
        desk.say(
            f"warning: brands/{brand_id}/pictures/{one_line(one.name)}: never shown: {one.why}"
        )


def _tell(desk: Desk, found: "Survey") -> None:
    articles = "1 article has" if found.shown == 1 else f"{found.shown} articles have"
    never = len(found.never_shown)
    files = f"; {never} file{'s' * (never != 1)} beside them will never be shown" if never else ""
    desk.write(f"{articles} a picture{files}.")


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

    folder, text = _folder(desk, brand_id, file), _text(file)
    with desk.reading() as parts:
        put(parts, folder, brand_id, text, who=WHO)
    desk.write(f"{brand_id} is published: it counts from the next start of the hub.")


def _folder(desk: Desk, brand_id: str, file: Path) -> Path:
    """Return the folder of the brands; fails when it has none of that name."""
    found = desk.settings().brands
    if not (found / brand_id / "brand.yaml").is_file():
        raise Failure(
            f"there is no brand {brand_id!r} in {found}; to make it:",
            then=f"hub brand new {brand_id} {file}",
        )
    return found


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Failure(f"{file} is no UTF-8 text") from None
