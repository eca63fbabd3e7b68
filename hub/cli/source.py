"""`hub source --simulate`: who would fill an order, and why; nothing is reserved."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.desk import Desk
from hub.cli.keys import known_brand
from hub.cli.shown import PARTLY, Failure, Shown, as_json
from hub.cli.words import line, when
from hub.domain.money import money

if TYPE_CHECKING:
    from hub.domain.exchange import Problem
    from hub.ops.simulate import Simulated, SimulatedLine

LARGEST = 1024 * 1024  # bytes, as the REST door takes


@click.command(
    cls=Shown,
    epilog="hub source --simulate order.json --brand juniper\n"
    "hub source --simulate order.json --brand juniper --json",
)
@click.option(
    "--simulate",
    "file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An order as it would be posted to /v1/orders.",
)
@click.option("--brand", required=True, help="Whose order it would be.")
@as_json
@click.pass_context
def source(ctx: click.Context, file: Path, brand: str, as_json: bool) -> None:
    """Say who would fill an order now, and why every other candidate would not.

    Looks at the catalogue, the partners' pages, their stock and what is reserved of it. Reserves
    and writes nothing. Ends with 0 when every unit finds a partner, 3 when some do, 1 when none.
    """
    desk = ctx.ensure_object(Desk)
    simulated = _simulated(desk, file, brand)
    if as_json:
        desk.json(simulated)
    elif simulated.problems:
        raise _wrong(simulated.problems)
    else:
        _tell(desk, simulated)
    left = sum(one.unfilled for one in simulated.lines)
    if simulated.problems or left == sum(one.quantity for one in simulated.lines):
        ctx.exit(1)
    if left:
        ctx.exit(PARTLY)


def _simulated(desk: Desk, file: Path, brand: str) -> "Simulated":
    from hub.api import read_order
    from hub.ops.simulate import simulate

    with file.open("rb") as stream:
        body = stream.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise Failure(f"{file} is longer than an order may be ({LARGEST} bytes)")
    reading = read_order(body)
    if reading.new is None:
        raise _wrong(reading.problems)
    with desk.reading() as parts:
        known_brand(parts.brands, brand)
        return simulate(parts, reading.new, brand=brand)


def _wrong(problems: "tuple[Problem, ...]") -> Failure:
    told = "\n".join(f"{one.where.path or '/'} {one.code}: {one.text}" for one in problems)
    return Failure(f"the order could not be placed:\n{told}")


def _tell(desk: Desk, simulated: "Simulated") -> None:
    desk.write(f"Order {simulated.order} of {simulated.brand}, as of {when(simulated.at)}")
    for one in simulated.lines:
        desk.write()
        desk.write(f"line {line(one.line)}: {one.quantity} x {line(one.sku)}", bold=True)
        _tell_line(desk, one)
    desk.say("Nothing was reserved.")


def _tell_line(desk: Desk, one: "SimulatedLine") -> None:
    for each in one.fillings:
        later = f", from the delivery of {each.from_delivery_on}" if each.from_delivery_on else ""
        desk.write(
            f"  {each.quantity} by {each.partner} for {money(each.cost, each.currency)}, "
            f"to ship by {when(each.ship_by)}{later}",
            colour="green",
        )
    if one.unfilled:
        desk.write(f"  {one.unfilled} by nobody: would wait for a person", colour="red")
    for candidate in one.candidates:
        word = "chosen" if candidate.quantity else "not chosen"
        desk.write(f"    {candidate.partner} {word}: {line(candidate.reason)}")
    if not one.candidates:
        desk.write("    no partner lists it")
