"""`hub catalog names`: what partners' papers call our articles, beside the catalogue's own ids."""

import shlex

import click

from hub.cli.desk import WHO, Desk, pass_desk
from hub.cli.shown import Failure, ShownGroup, as_json
from hub.cli.words import when


@click.group(
    "names",
    cls=ShownGroup,
    epilog="hub catalog names list acme\nhub catalog names put acme ODD-7 JUN-MUG",
)
def names() -> None:
    """What partners' papers call our articles; an import of offers leaves it as it is."""


@names.command("list", epilog="hub catalog names list acme\nhub catalog names list acme --json")
@click.argument("partner")
@as_json
@pass_desk
def list_(desk: Desk, partner: str, as_json: bool) -> None:
    """Show what people said the names in a partner's papers stand for."""
    from hub.ops.desk.naming import names as known

    with desk.reading() as parts:
        _see_partner(partner, {one.id for one in parts.partners.all})
        rows = known(parts, partner)
    if as_json:
        desk.json({"partner": partner, "names": rows})
        return
    table = [(row.name, row.sku, row.title, when(row.said_at), row.who) for row in rows]
    desk.table(("NAME", "SKU", "TITLE", "SAID", "BY"), table)


@names.command(
    "put",
    epilog="hub catalog names put acme ODD-7 JUN-MUG\n"
    "hub catalog names put acme ODD-7 JUN-BOWL --instead-of JUN-MUG",
)
@click.argument("partner")
@click.argument("name")
@click.argument("sku")
@click.option("--instead-of", default="", help="The SKU that the name stood for until now.")
@as_json
@pass_desk
def put(desk: Desk, partner: str, name: str, sku: str, instead_of: str, as_json: bool) -> None:
    """Say that NAME in a partner's papers stands for an article of ours.

    It counts for every paper that is settled from now on; one that was put aside for the name is
    settled again with `hub doc retry`. What the name stood for before is replaced only if it is
    named.
    """
    from hub.flow.naming import SaidBefore, say_name

    with desk.writing() as parts:
        _see_partner(partner, {one.id for one in parts.partners.all})
        try:
            row = say_name(parts, partner, name, sku, who=WHO, instead_of=instead_of)
        except SaidBefore as before:
            former = before.row
            raise Failure(
                f"{former.who} said {when(former.said_at)} that {former.name} stands for "
                f"{former.sku}; nothing was changed",
                then=f"hub catalog names put {shlex.join((partner, former.name, sku))} "
                f"--instead-of {shlex.quote(former.sku)}",
            ) from None
    if as_json:
        desk.json({"partner": partner, "name": row.name, "sku": row.sku})
        return
    desk.say(f"{row.name} in papers from {partner} stands for {row.sku} from now on.")


@names.command("remove", epilog="hub catalog names remove acme ODD-7")
@click.argument("partner")
@click.argument("name")
@as_json
@pass_desk
def remove(desk: Desk, partner: str, name: str, as_json: bool) -> None:
    """Take back what a name in a partner's papers stands for."""
    from hub.flow.naming import forget_name

    with desk.writing() as parts:
        forget_name(parts, partner, name, who=WHO)
    if as_json:
        desk.json({"partner": partner, "name": name.strip(), "sku": None})
        return
    desk.say(f"{name.strip()} in papers from {partner} stands for nothing any more.")


def _see_partner(partner: str, known: set[str]) -> None:
    if partner not in known:
        raise Failure(f"no page has the partner {partner!r}", then="hub partner list")
