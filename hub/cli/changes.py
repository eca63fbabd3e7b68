"""`hub orders cancel` and `hub orders change`: what a storefront may ask, at the desk."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.desk import WHO, Desk, pass_desk
from hub.cli.keys import known_brand
from hub.cli.shown import Failure, Shown, as_json
from hub.domain.money import money

if TYPE_CHECKING:
    from hub.api.posted_changes import ChangeReading
    from hub.domain.exchange import Problem
    from hub.domain.orders import ChangeKind


@click.command(
    cls=Shown,
    epilog="hub orders cancel J-1001 --brand juniper\n"
    "hub orders cancel J-1001 --brand juniper --line 1=2 --line 3",
)
@click.argument("number")
@click.option("--brand", required=True, help="Whose order it is.")
@click.option(
    "--line", "lines", multiple=True, metavar="LINE[=UNITS]", help="Only so much; may be repeated."
)
@click.option("--reason", default="", help="A word for why, such as changed_mind.")
@as_json
@pass_desk
def cancel(
    desk: Desk, number: str, brand: str, lines: tuple[str, ...], reason: str, as_json: bool
) -> None:
    """Cancel what is open of an order, or lines of it: at once, or by asking who has it in hand."""
    from hub.api.posted_changes import read_cancellation
    from hub.domain.orders import ChangeKind

    posted: dict[str, object] = {"lines": [_line(text) for text in lines]} if lines else {}
    posted |= {"reason": reason} if reason else {}
    body = json.dumps(posted).encode()
    reading = read_cancellation(body)
    _decide(desk, number, brand, ChangeKind.CANCELLATION, body, reading, as_json=as_json)


def _line(text: str) -> dict[str, object]:
    number, _, units = text.partition("=")
    if not units:
        return {"line": number}
    if not units.isdecimal():
        raise Failure(f"--line {text}: write LINE or LINE=UNITS, such as 1=2")
    return {"line": number, "quantity": int(units)}


@click.command(cls=Shown, epilog="hub orders change J-1001 --brand juniper --file change.json")
@click.argument("number")
@click.option("--brand", required=True, help="Whose order it is.")
@click.option(
    "--file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The actions as they would be posted to /v1/orders/NUMBER/changes.",
)
@as_json
@pass_desk
def change(desk: Desk, number: str, brand: str, file: Path, as_json: bool) -> None:
    """Change an order: quantities, articles, address, method, gift, date."""
    from hub.api.posted_changes import read_changes
    from hub.domain.orders import ChangeKind

    body = file.read_bytes()
    reading = read_changes(body)
    _decide(desk, number, brand, ChangeKind.CHANGE, body, reading, as_json=as_json)


def _decide(
    desk: Desk,
    number: str,
    brand: str,
    kind: "ChangeKind",
    body: bytes,
    reading: "ChangeReading",
    *,
    as_json: bool,
) -> None:
    from hub.api.change_views import rendered
    from hub.flow.changing import Answered, ChangePosting
    from hub.flow.changing import change as decide

    if reading.problems:
        raise Failure(_told(reading.problems))
    with desk.reading() as parts:
        known_brand(parts.brands, brand)
        posting = ChangePosting(
            number=number,
            brand=brand,
            who=WHO,
            kind=kind,
            requests=reading.requests,
            reason=reading.reason,
            place="/lines" if kind == "cancellation" else "/actions",
            body=body,
            key="",
            render=rendered,
        )
        verdict = decide(parts, posting)
    if verdict.outcome is Answered.UNKNOWN:
        raise Failure(f"there is no order {number!r} of {brand}", then="hub orders list")
    if verdict.problems:
        raise Failure(_told(verdict.problems))
    _show(desk, json.loads(verdict.reply), as_json=as_json)


def _told(problems: "tuple[Problem, ...]") -> str:
    return "\n".join(f"{one.where.path or '/'}: {one.text}" for one in problems)


def _show(desk: Desk, answer: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        desk.json(answer)
        return
    results, totals = answer["results"], answer["totals"]
    for row in results if isinstance(results, list) else []:
        what = f"line {row['line']}" if "line" in row else f"group {row['group']}"
        units = f" x {row['quantity']}" if row.get("quantity") else ""
        outcome = str(row["outcome"]).replace("_", " ")
        until = f" until {row['until']}" if row.get("until") else ""
        why = f": {row['text']}" if row.get("text") else ""
        desk.write(f"{row['action']} {what}{units}: {outcome}{until}{why}")
    if isinstance(totals, dict):
        desk.write(f"Owed now: {money(totals['total'], totals['currency'])}")
