"""`hub keys`: who may use the REST door, for one brand or one partner each."""

import re
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from hub.cli.desk import WHO, Desk, pass_desk
from hub.cli.shown import Failure, ShownGroup, as_json
from hub.cli.words import when

if TYPE_CHECKING:
    from hub.flow.api_keys import MadeKey
    from hub.store import KeyRow


@click.group(
    cls=ShownGroup,
    epilog="hub keys add --brand juniper --label shop\nhub keys add --partner mill --expires 90d\n"
    "hub keys list\nhub keys rotate key_0Ab…\nhub keys revoke key_0Ab…",
)
def keys() -> None:
    """API keys. Each belongs to one brand or partner and is shown once; its SHA-256 is kept."""


class _Life(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """How long a key is good: 90d, 12h or 30m."""

    name = "TIME"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Read it; fails with the forms there are."""
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"([1-9][0-9]{0,4})([dhm])", str(value), re.ASCII)
        if found is None:
            self.fail(f"{value!r} is no time; write it as 90d, 12h or 30m", param, ctx)
        unit = {"d": "days", "h": "hours", "m": "minutes"}[found[2]]
        return timedelta(**{unit: int(found[1])})


@keys.command(epilog="hub keys add --brand juniper --label shop --expires 90d --json")
@click.option("--brand", default="", help="Whose orders the key may place and see.")
@click.option("--partner", default="", help="Whose work the key may fetch and answer.")
@click.option("--label", default="", help="What it is for.")
@click.option("--expires", type=_Life(), default=None, help="Good for so long: 90d, 12h.")
@as_json
@pass_desk
def add(
    desk: Desk, brand: str, partner: str, label: str, expires: timedelta | None, as_json: bool
) -> None:
    """Make a key of one brand or one partner, with 160 random bits, and show it, this once."""
    from hub.flow.api_keys import make_key
    from hub.flow.webhooks import Owner

    if bool(brand) == bool(partner):
        raise click.UsageError("a key is of one brand or of one partner: --brand or --partner")
    with desk.writing() as parts:
        if brand:
            known_brand(parts.brands, brand)
        else:
            known_partner({page.id for page in parts.partners.all}, partner)
        owner = Owner(brand=brand, partner=partner)
        try:
            made = make_key(parts, owner, label=label, life=expires, who=WHO)
        except ValueError as fault:
            raise Failure(str(fault)) from None
    _show(desk, made, brand or partner, as_json=as_json)


def _show(desk: Desk, made: "MadeKey", of: str, *, as_json: bool) -> None:
    if as_json:
        desk.json({"id": made.id, "key": made.secret, "expires_at": made.expires_at})
        return
    desk.write(made.secret)
    until = f", good until {when(made.expires_at)}" if made.expires_at else ""
    desk.say(f"{made.id} for {of}{until}. It is shown this once: keep it where secrets are kept.")


@keys.command(epilog="hub keys rotate key_0Ab…\nhub keys rotate key_0Ab… --overlap 7d")
@click.argument("key_id")
@click.option(
    "--overlap", type=_Life(), default="1d", help="So long the old one goes on: 1d, 12h, 30m."
)
@as_json
@pass_desk
def rotate(desk: Desk, key_id: str, overlap: timedelta, as_json: bool) -> None:
    """Make another key of the same kind and show it, this once; the old one ends by itself."""
    from hub.flow.api_keys import RotatedBefore, rotate_key

    with desk.reading() as parts:
        try:
            made = rotate_key(parts, key_id, overlap=overlap, who=WHO)
        except KeyError:
            raise Failure(f"no key {key_id!r} is in use", then="hub keys list") from None
    if isinstance(made, RotatedBefore):
        raise Failure(
            f"{key_id} was rotated already, {made.successor} came in its place; if nobody kept "
            "the secret of that one, rotate that one",
            then=f"hub keys rotate {made.successor}",
        )
    _show(desk, made, f"whom {key_id} is for", as_json=as_json)


def known_brand(brands: Collection[str], brand: str) -> None:
    """Fail with the brands there are unless this is one of them."""
    if brand not in brands:
        raise Failure(f"there is no brand {brand!r}; there are: {', '.join(sorted(brands))}")


def known_partner(partners: Collection[str], partner: str) -> None:
    """Fail with the partners there are unless this is one of them."""
    if partner not in partners:
        raise Failure(f"there is no partner {partner!r}; there are: {', '.join(sorted(partners))}")


@keys.command("list", epilog="hub keys list --json")
@as_json
@pass_desk
def list_(desk: Desk, as_json: bool) -> None:
    """Show every key without its secret: state, last use (a minute behind at most), expiry."""
    with desk.reading() as parts, parts.store.read() as tx:
        rows, now = tx.keys.page(), parts.now()
    if as_json:
        desk.json({"keys": [asdict(row) | {"state": _state(row, now)} for row in rows]})
        return
    table = [
        (
            row.id,
            row.brand,
            row.partner,
            row.label,
            _state(row, now),
            when(row.created_at),
            when(row.used_at),
            when(row.expires_at),
            when(row.revoked_at),
        )
        for row in rows
    ]
    headings = (
        "ID", "BRAND", "PARTNER", "LABEL", "STATE", "MADE", "USED", "EXPIRES", "REVOKED",
    )  # fmt: skip
    desk.table(headings, table)


def _state(row: "KeyRow", now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    return "active" if row.is_good(now) else "expired"


@keys.command(epilog="hub keys revoke key_0Ab…")
@click.argument("key_id")
@pass_desk
def revoke(desk: Desk, key_id: str) -> None:
    """End a key; running web processes forget it within seconds."""
    from hub.flow.api_keys import revoke_key

    with desk.reading() as parts:
        try:
            revoke_key(parts, key_id, who=WHO)
        except KeyError:
            raise Failure(f"no key {key_id!r} is in use", then="hub keys list") from None
    desk.write(f"{key_id} is revoked.")
