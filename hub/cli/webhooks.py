"""`hub webhook`: who is told of what happens, at which address, and what they did not take."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import click

from hub.cli.desk import WHO, Desk, pass_desk
from hub.cli.keys import known_brand
from hub.cli.shown import Failure, ShownGroup, as_json
from hub.cli.words import when

if TYPE_CHECKING:
    from hub.flow.parts import Parts
    from hub.flow.webhooks import Made, Owner, Seen

T = TypeVar("T")

MOST_SHOWN = 1000


@click.group(
    cls=ShownGroup,
    epilog="hub webhook add https://hooks.juniper.example.com/hub --brand juniper\n"
    "hub webhook list\nhub webhook dead wh_0190…",
)
def webhook() -> None:
    """Endpoints that are told of facts (Standard Webhooks 1.0). One belongs to one owner."""


@webhook.command(
    epilog="hub webhook add https://hooks.juniper.example.com/hub --brand juniper\n"
    "hub webhook add https://hooks.mill.example.com/hub --partner mill "
    "--type purchase_order.offered"
)
@click.argument("url")
@click.option("--brand", default="", help="Whose orders it is told of.")
@click.option("--partner", default="", help="Whose purchase orders it is told of.")
@click.option("--type", "types", multiple=True, help="Only these events; else all.")
@click.option("--batch", default=1, type=click.IntRange(1, 100), help="So many events in a call.")
@click.option(
    "--batch-seconds",
    default=60,
    type=click.IntRange(1, 3600),
    help="How long the first of them waits.",
)
@click.option("--after", type=click.IntRange(0), help="Begin after this ledger position.")
@as_json
@pass_desk
def add(
    desk: Desk,
    url: str,
    brand: str,
    partner: str,
    types: tuple[str, ...],
    batch: int,
    batch_seconds: int,
    after: int | None,
    as_json: bool,
) -> None:
    """Register an endpoint and show its secret, this once. It is not called yet."""
    from hub.domain.webhooks import Batch
    from hub.flow.webhooks import NewWebhook, register

    with desk.reading() as parts:
        owner = _owner(parts, brand, partner)
        new = NewWebhook(
            url=url,
            types=types,
            batch=Batch(events=batch, seconds=batch_seconds if batch > 1 else 0),
            after=after,
        )
        made = _told(lambda: register(parts, owner, new, who=WHO))
    _show_secret(desk, made, as_json=as_json)


def _owner(parts: "Parts", brand: str, partner: str) -> "Owner":
    from hub.flow.webhooks import Owner

    if bool(brand) == bool(partner):
        raise Failure("an endpoint belongs to a brand or to a partner: name one of the two")
    if brand:
        known_brand(parts.brands, brand)
    elif partner not in (names := [one.id for one in parts.partners.all]):
        raise Failure(f"there is no partner {partner!r}; there are: {', '.join(sorted(names))}")
    return Owner(brand=brand, partner=partner)


def _show_secret(desk: Desk, made: "Made", *, as_json: bool) -> None:
    row = made.seen.row
    if as_json:
        desk.json({"id": row.id, "secret": made.secret})
        return
    desk.write(made.secret)
    desk.say(
        f"{row.id} for {row.brand or row.partner}. The secret is shown this once: its receiver "
        "needs it to know that a call is ours."
    )


@webhook.command("list", epilog="hub webhook list --json")
@as_json
@pass_desk
def list_(desk: Desk, as_json: bool) -> None:
    """Show every endpoint, what waits for it and what is dead; no secrets."""
    from hub.flow.webhooks import endpoints

    with desk.reading() as parts:
        found = endpoints(parts, None)
    if as_json:
        desk.json({"webhooks": found})
        return
    if not found:
        desk.write("Nobody is told anything: there is no endpoint yet.")
        return
    rows = [
        (one.row.id, one.row.brand or one.row.partner, one.row.url, str(one.row.cursor),
         str(one.waiting), str(one.dead), _state(one))
        for one in found
    ]  # fmt: skip
    desk.table(("ID", "OF", "URL", "TOLD UP TO", "WAITING", "DEAD", "STATE"), rows)


def _state(seen: "Seen") -> str:
    row = seen.row
    if row.ended:
        return f"not called: {row.ended}"
    return f"failing since {when(row.failing_since)}" if row.failing_since else "works"


@webhook.command(epilog="hub webhook rotate wh_0190…\nhub webhook rotate wh_0190… --overlap 0")
@click.argument("webhook_id")
@click.option(
    "--overlap",
    default=24,
    type=click.IntRange(0, 168),
    help="Hours in which the secrets before it sign too.",
)
@as_json
@pass_desk
def rotate(desk: Desk, webhook_id: str, overlap: int, as_json: bool) -> None:
    """Make a new secret and show it, this once."""
    from hub.flow import webhooks

    with _found(desk, webhook_id) as parts:
        made = _told(
            lambda: webhooks.rotate(
                parts, None, webhook_id, overlap=timedelta(hours=overlap), who=WHO
            )
        )
    _show_secret(desk, made, as_json=as_json)


@webhook.command(epilog="hub webhook test wh_0190…")
@click.argument("webhook_id")
@pass_desk
def test(desk: Desk, webhook_id: str) -> None:
    """Call an endpoint with a test event now, and tell what it answered."""
    from hub.domain.webhooks import Heard
    from hub.flow.webhook_turns import try_now

    with _found(desk, webhook_id) as parts:
        tried = try_now(parts, webhook_id, who=WHO)
    if tried.heard is not Heard.TAKEN:
        raise Failure(f"{webhook_id} did not take it: {tried.why}")
    desk.write(f"{webhook_id} took {tried.picked.id}: {tried.why}.")


@webhook.command(epilog="hub webhook dead wh_0190…")
@click.argument("webhook_id")
@as_json
@pass_desk
def dead(desk: Desk, webhook_id: str, as_json: bool) -> None:
    """Show what an endpoint did not take in all its tries."""
    from hub.flow.webhooks import dead_list

    with _found(desk, webhook_id) as parts:
        found = dead_list(parts, None, webhook_id, limit=MOST_SHOWN)
    if as_json:
        desk.json({"dead": found})
        return
    if not found:
        desk.write("Everything was taken, or is still tried.")
        return
    rows = [
        (one.id, str(one.position), str(one.events), str(one.tries), when(one.tried_at), one.told)
        for one in found
    ]
    desk.table(("MESSAGE", "POSITION", "EVENTS", "TRIES", "LAST TRIED", "WHAT CAME OF IT"), rows)


@webhook.command(
    epilog="hub webhook replay wh_0190…\nhub webhook replay wh_0190… msg_3f0c…\n"
    "hub webhook replay wh_0190… --after 1200"
)
@click.argument("webhook_id")
@click.argument("message_ids", nargs=-1)
@click.option("--after", type=click.IntRange(0), help="Everything after this position.")
@pass_desk
def replay(desk: Desk, webhook_id: str, message_ids: tuple[str, ...], after: int | None) -> None:
    """Send dead messages once more: those named, or all; or everything since a position."""
    from hub.flow import webhooks

    if message_ids and after is not None:
        raise Failure("name messages or a position, not both")
    with _found(desk, webhook_id, *message_ids) as parts:
        if after is None:
            count = webhooks.replay(parts, None, webhook_id, message_ids, who=WHO)
            desk.write(f"{count} messages are sent once more.")
            return
        position = after
        told = _told(lambda: webhooks.replay_since(parts, None, webhook_id, position, who=WHO))
    desk.write(f"What happened from {after + 1} to {told} is told once more.")


@webhook.command(epilog="hub webhook told wh_0190…\nhub webhook told wh_0190… --before 1200")
@click.argument("webhook_id")
@click.option("--before", default=0, type=click.IntRange(0), help="Only before this position.")
@as_json
@pass_desk
def told(desk: Desk, webhook_id: str, before: int, as_json: bool) -> None:
    """Show what an endpoint was told, newest first, and whether it took it."""
    from hub.flow import webhook_told

    with _found(desk, webhook_id) as parts:
        found = webhook_told.told(parts, None, webhook_id, before=before)
    if as_json:
        desk.json({"told": found.rows, "before": found.before})
        return
    rows = [
        (str(one.position), one.type, one.order, when(one.at), one.taking.value)
        for one in found.rows
    ]
    desk.table(("POSITION", "EVENT", "ORDER", "HAPPENED", "STATE"), rows)
    if found.before:
        desk.say(f"more: hub webhook told {webhook_id} --before {found.before}")


@webhook.command(epilog="hub webhook again wh_0190… 1204 1207")
@click.argument("webhook_id")
@click.argument("positions", nargs=-1, required=True, type=click.IntRange(1))
@pass_desk
def again(desk: Desk, webhook_id: str, positions: tuple[int, ...]) -> None:
    """Send the events at these positions once more, each in a call of its own."""
    from hub.flow.webhook_told import tell_again

    with desk.reading() as parts:
        try:
            count = tell_again(parts, None, webhook_id, positions, who=WHO)
        except KeyError as fault:
            raise Failure(
                f"{webhook_id} was told of nothing at {fault.args[0]!r}",
                then=f"hub webhook told {webhook_id}",
            ) from None
    desk.write(f"{count} events are sent once more.")


@webhook.command(
    epilog="hub webhook types wh_0190… --type order.placed --type order.shipped\n"
    "hub webhook types wh_0190…"
)
@click.argument("webhook_id")
@click.option("--type", "types", multiple=True, help="Only these events; without any, all.")
@pass_desk
def types(desk: Desk, webhook_id: str, types: tuple[str, ...]) -> None:
    """Choose which events an endpoint is told of from now on."""
    from hub.flow.webhook_told import choose_types

    with _found(desk, webhook_id) as parts:
        seen = _told(lambda: choose_types(parts, None, webhook_id, types, who=WHO))
    desk.write(f"{webhook_id} is told of {', '.join(seen.row.types) or 'every event'}.")


@webhook.command(epilog="hub webhook resume wh_0190…")
@click.argument("webhook_id")
@pass_desk
def resume(desk: Desk, webhook_id: str) -> None:
    """Call an endpoint again that was given up; it is told what it missed."""
    from hub.flow import webhooks

    with _found(desk, webhook_id) as parts:
        if not webhooks.resume(parts, None, webhook_id, who=WHO):
            raise Failure(f"{webhook_id} is called already", then="hub webhook list")
    desk.write(f"{webhook_id} is called again.")


@webhook.command(epilog="hub webhook remove wh_0190…")
@click.argument("webhook_id")
@pass_desk
def remove(desk: Desk, webhook_id: str) -> None:
    """Forget an endpoint, its secrets and what it was not told yet."""
    from hub.flow import webhooks

    with _found(desk, webhook_id) as parts:
        webhooks.remove(parts, None, webhook_id, who=WHO)
    desk.write(f"{webhook_id} is removed.")


@contextmanager
def _found(desk: Desk, webhook_id: str, *message_ids: str) -> "Iterator[Parts]":
    """Open the store; what a command does not find in it is told with a way out."""
    with desk.reading() as parts:
        try:
            yield parts
        except KeyError as fault:
            if fault.args and fault.args[0] in message_ids:
                raise Failure(
                    f"{fault.args[0]!r} is not on the dead list",
                    then=f"hub webhook dead {webhook_id}",
                ) from None
            raise Failure(f"there is no endpoint {webhook_id!r}", then="hub webhook list") from None


def _told(work: Callable[[], T]) -> T:
    """Do what is asked; everything that forbids it is told at once."""
    from hub.errors import Refused

    try:
        return work()
    except Refused as fault:
        raise Failure("\n".join(problem.text for problem in fault.problems)) from None
    except ValueError as fault:
        raise Failure(str(fault)) from None
