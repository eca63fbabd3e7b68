"""`hub orders link`: a link to the page that an order's customer sees."""

from collections.abc import Mapping

import click

from hub.cli.desk import WHO, Desk, pass_desk
from hub.cli.keys import known_brand
from hub.cli.shown import Failure, Shown, as_json
from hub.cli.words import when


@click.command("link", cls=Shown, epilog="hub orders link J-1001 --brand juniper")
@click.argument("number")
@click.option("--brand", required=True, help="Whose order it is.")
@click.option("--revoke", is_flag=True, help="End every link to it instead of making one.")
@as_json
@pass_desk
def link(desk: Desk, number: str, brand: str, revoke: bool, as_json: bool) -> None:
    """Make a link to the page that the order's customer sees. It is shown once, here.

    Whoever has it sees what was ordered and where it is, but no name or street; for those a code is
    mailed to the customer. It works for 180 days, or until `--revoke`.
    """
    from hub.flow import visiting

    with desk.reading() as parts:
        known_brand(parts.brands, brand)
        try:
            if revoke:
                ended = visiting.revoke_links(parts, brand=brand, number=number, who=WHO)
            else:
                made = visiting.make_link(parts, brand=brand, number=number, who=WHO)
        except KeyError:
            raise Failure(
                f"there is no order {number!r} of {brand}", then="hub orders list"
            ) from None
        except ValueError as fault:
            raise Failure(str(fault), then="name its hosts in brand.yaml") from None
    if revoke:
        _tell(desk, {"ended": ended}, f"{ended} links were ended.", as_json=as_json)
    else:
        shown = {"url": made.url, "expires_at": made.expires_at.isoformat()}
        desk.say(f"works until {when(made.expires_at)}")
        _tell(desk, shown, made.url, as_json=as_json)


def _tell(desk: Desk, shown: Mapping[str, object], text: str, *, as_json: bool) -> None:
    if as_json:
        desk.json(shown)
    else:
        desk.write(text)
