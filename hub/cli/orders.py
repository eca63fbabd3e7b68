"""`hub orders`: taken in from a file, listed, told, changed, and sourced again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from hub.cli import changes
from hub.cli.desk import WHO, Desk, pass_desk
from hub.cli.keys import known_brand
from hub.cli.links import link
from hub.cli.order_text import tell
from hub.cli.shown import PARTLY, Failure, ShownGroup, as_json
from hub.cli.words import when
from hub.domain.exchange import Problem
from hub.domain.money import money

if TYPE_CHECKING:
    from hub.flow.orders import Verdict
    from hub.flow.parts import Parts
    from hub.ops.order_story import OrderStory

LONGEST_LINE = 1024 * 1024  # bytes, as the REST door takes
AT_ONCE = 64  # orders in one commit


@click.group(
    cls=ShownGroup,
    epilog="hub orders import orders.jsonl --brand juniper\nhub orders list\n"
    "hub orders show J-1001\nhub orders source J-1001 --brand juniper",
)
def orders() -> None:
    """Customers' orders: what was asked, who fills it, how far it is."""


orders.add_command(changes.cancel)
orders.add_command(changes.change)
orders.add_command(link)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the file with its order; `number` is empty while it cannot be read."""

    row: int
    body: bytes
    number: str = ""


@dataclass(slots=True, kw_only=True)
class Count:
    """What became of the lines of a file."""

    placed: int = 0
    known: int = 0
    refused: int = 0
    problems: list[dict[str, object]] = field(default_factory=list)

    def add(self, row: Row, verdict: "Verdict") -> tuple[Problem, ...]:
        """Count one order; what is wrong with it is noted and returned."""
        outcome = str(verdict.outcome)
        if outcome == "placed":
            self.placed += 1
        elif outcome in ("known", "replayed"):
            self.known += 1
        elif outcome == "differs":
            text = (
                f"the order is there already with other content; see `hub orders show {row.number}`"
            )
            self.refuse(row, (Problem(code="differs", text=text),))
        else:
            self.refuse(row, verdict.problems)
            return verdict.problems
        return ()

    def refuse(self, row: Row, problems: tuple[Problem, ...]) -> None:
        """Count one order that was not taken in."""
        self.refused += 1
        self.problems += [
            {
                "line": row.row,
                "order": row.number,
                "pointer": one.where.path,
                "code": one.code,
                "text": one.text,
            }
            for one in problems
        ]


@orders.command("import", epilog="hub orders import orders.jsonl --brand juniper --json")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--brand", required=True, help="Whose customers' orders these are.")
@as_json
@click.pass_context
def import_(ctx: click.Context, file: Path, brand: str, as_json: bool) -> None:
    """Take in a file with one order a line, each as it would be posted to /v1/orders.

    Good orders are placed, wrong ones are named by line and place. Importing a file again places
    nothing twice: the order number tells. What was refused is kept and waits in `hub exceptions`.
    Ends with 3 when only some could be placed.
    """
    desk = ctx.ensure_object(Desk)
    with desk.writing() as parts:
        known_brand(parts.brands, brand)
        with (
            file.open("rb") as stream,
            desk.progress("orders", total=file.stat().st_size) as show,
        ):
            count = Count()
            rows = enumerate(_lines(stream), start=1)
            while batch := list(islice(rows, AT_ONCE)):
                _place(parts, brand, batch, count)
                show(stream.tell())
    _report(desk, file, count, as_json=as_json)
    if count.refused:
        ctx.exit(PARTLY if count.placed or count.known else 1)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines; of one that is too long only its beginning, which is no JSON."""
    while line := stream.readline(LONGEST_LINE):
        rest = line
        while len(rest) == LONGEST_LINE and not rest.endswith(b"\n"):
            rest = stream.readline(LONGEST_LINE)
        yield line.removeprefix(b"\xef\xbb\xbf").strip()


def _place(parts: "Parts", brand: str, batch: list[tuple[int, bytes]], count: Count) -> None:
    """Place a batch in as few commits as can be; each order stands or falls alone."""
    from hub.api import read_order
    from hub.flow.orders import Posting, submit

    refused: list[tuple[Row, tuple[Problem, ...]]] = []
    waiting = []
    for ordinal, body in batch:
        if not body:
            continue
        reading = read_order(body)
        if reading.new is None:
            row = Row(row=ordinal, body=body)
            count.refuse(row, reading.problems)
            refused.append((row, reading.problems))
            continue
        posting = Posting(
            new=reading.new,
            brand=brand,
            who=WHO,
            body=body,
            key="",
            render=lambda order: (201, b""),
        )
        row = Row(row=ordinal, body=body, number=reading.new.number)
        waiting.append((row, submit(parts, posting)))
    refused += [(row, count.add(row, future.result())) for row, future in waiting]
    _keep(parts, brand, refused)


def _keep(parts: "Parts", brand: str, refused: Sequence[tuple[Row, tuple[Problem, ...]]]) -> None:
    """Let every refused order wait for a person with its bytes, as one does that was posted."""
    from hub.flow.refusals import keep_refused

    kept = [
        keep_refused(parts, brand=brand, number=row.number, body=row.body, problems=problems)
        for row, problems in refused
        if problems
    ]
    for future in kept:
        future.result()


def _report(desk: Desk, file: Path, count: Count, *, as_json: bool) -> None:
    for problem in count.problems:
        order = f" (order {problem['order']})" if problem["order"] else ""
        place = f" {problem['pointer']}" if problem["pointer"] else ""
        desk.say(f"{file.name}, line {problem['line']}{order}{place}: {problem['text']}")
    if as_json:
        desk.json(count)
        return
    known = f", {count.known} known before" if count.known else ""
    refused = f", {count.refused} not taken in" if count.refused else ""
    desk.write(f"{count.placed} orders placed{known}{refused}.")


@orders.command("list", epilog="hub orders list --brand juniper --limit 20 --json")
@click.option("--brand", default=None, help="Only this brand's.")
@click.option("--limit", default=50, type=click.IntRange(1, 10_000), help="At most so many.")
@as_json
@pass_desk
def list_(desk: Desk, brand: str | None, limit: int, as_json: bool) -> None:
    """Show orders, newest first."""
    with desk.reading() as parts, parts.store.read() as tx:
        page = [
            (order, tx.orders.status(brand=order.brand, number=order.number))
            for order in tx.orders.page(brand=brand, limit=limit, before=None)
        ]
    rows = [
        {
            "brand": order.brand,
            "number": order.number,
            "status": status.word if status else "",
            "placed_at": order.placed_at,
            "lines": len(order.lines),
            "total": order.total,
            "currency": order.currency,
            "partners": sorted({part.partner for part in order.fulfillments}),
        }
        for order, status in page
    ]
    if as_json:
        desk.json({"orders": rows})
        return
    table = [
        (order.brand, order.number, status.word if status else "-", when(order.placed_at),
         str(len(order.lines)), money(order.total, order.currency),
         " ".join(sorted({part.partner for part in order.fulfillments})) or "nobody")
        for order, status in page
    ]  # fmt: skip
    desk.table(("BRAND", "ORDER", "STATUS", "PLACED", "LINES", "TOTAL", "PARTNERS"), table)


@orders.command(epilog="hub orders show J-1001\nhub orders show J-1001 --brand juniper --json")
@click.argument("number")
@click.option("--brand", default=None, help="Needed when two brands use the number.")
@as_json
@pass_desk
def show(desk: Desk, number: str, brand: str | None, as_json: bool) -> None:
    """Tell everything about an order: lines, who fills them and why, papers, parcels, facts."""
    story = _one(desk, number, brand)
    if as_json:
        desk.json(story)
    else:
        tell(desk, story)


def _one(desk: Desk, number: str, brand: str | None) -> "OrderStory":
    from hub.ops import order_story

    with desk.reading() as parts:
        if brand is not None:
            with parts.store.read() as tx:
                known_brand({*parts.brands, *tx.brands.with_orders()}, brand)
        found = order_story.find(parts, brand=brand, number=number)
    if not found:
        of = f" of {brand}" if brand else ""
        raise Failure(f"there is no order {number!r}{of}", then="hub orders list")
    if len(found) > 1:
        brands = ", ".join(each.brand for each in found)
        raise Failure(
            f"order {number} is there for {brands}",
            then=f"hub orders show {number} --brand {found[0].brand}",
        )
    return found[0]


@orders.command(epilog="hub orders source J-1001 --brand juniper")
@click.argument("number")
@click.option("--brand", required=True, help="Whose order it is.")
@as_json
@pass_desk
def source(desk: Desk, number: str, brand: str, as_json: bool) -> None:
    """Look again for partners for what has none, as after a new offer in the catalogue."""
    from hub.flow.orders import source_again

    with desk.reading() as parts:
        known_brand(parts.brands, brand)
        try:
            order = source_again(parts, brand=brand, number=number, who=WHO)
        except KeyError:
            raise Failure(
                f"there is no order {number!r} of {brand}", then="hub orders list"
            ) from None
    left = sum(order.unsourced(line) for line in order.lines)
    if as_json:
        desk.json({"brand": brand, "number": number, "unsourced": left})
    elif left:
        desk.write(f"{left} units still have no partner: hub orders show {number} --brand {brand}")
    else:
        desk.write("Every unit has a partner.")


@orders.command("index-people", epilog="hub orders index-people")
@as_json
@pass_desk
def index_people(desk: Desk, as_json: bool) -> None:
    """Make customers of before this version findable by telephone, name with postcode and e-mail.

    Names, telephones and e-mails that were kept by fewer ways of writing are then found by all.

    Once after an upgrade is enough, beside a running hub; doing it again changes nothing.
    """
    from hub.ops.desk.orders import make_findable

    steps, after = 1, ""
    with desk.reading() as parts:
        while after := make_findable(parts, after=after):
            steps += 1
    if as_json:
        desk.json({"steps": steps})
    else:
        desk.write("Every customer is findable by what they say of themselves.")
