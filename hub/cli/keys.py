"""`hub keys`: who may use the REST door, for one brand or one partner each."""

import secrets
from collections.abc import Collection, Mapping

import click

from hub.cli.desk import Desk, pass_desk
from hub.cli.shown import Failure, ShownGroup, as_json
from hub.cli.words import when


@click.group(
    cls=ShownGroup,
    epilog="hub keys add --brand juniper --label shop\nhub keys add --partner mill\n"
    "hub keys list\nhub keys revoke key_0Ab…",
)
def keys() -> None:
    """API keys. Each belongs to one brand or partner and is shown once; its SHA-256 is kept."""


@keys.command(epilog="hub keys add --brand juniper --label shop --json")
@click.option("--brand", default="", help="Whose orders the key may place and see.")
@click.option("--partner", default="", help="Whose work the key may fetch and answer.")
@click.option("--label", default="", help="What it is for.")
@as_json
@pass_desk
def add(desk: Desk, brand: str, partner: str, label: str, as_json: bool) -> None:
    """Make a key of one brand or one partner, with 160 random bits, and show it, this once."""
    from hub import access

    if bool(brand) == bool(partner):
        raise click.UsageError("a key is of one brand or of one partner: --brand or --partner")
    with desk.writing() as parts:
        if brand:
            known_brand(parts.brands, brand)
        else:
            known_partner({page.id for page in parts.partners.all}, partner)
        key_id, key, digest = access.new_key(secrets.token_bytes)
        at = parts.now()
        parts.store.write(
            lambda tx: tx.keys.add(
                key_id=key_id,
                brand=brand,
                partner=partner,
                label=label,
                secret_hash=digest,
                at=at,
            )
        )
    if as_json:
        desk.json({"id": key_id, "key": key})
        return
    desk.write(key)
    desk.say(
        f"{key_id} for {brand or partner}. It is shown this once: keep it where secrets are kept."
    )


def known_brand(brands: Mapping[str, object], brand: str) -> None:
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
    """Show every key without its secret, revoked ones too."""
    with desk.reading() as parts, parts.store.read() as tx:
        rows = tx.keys.page()
    if as_json:
        desk.json({"keys": rows})
        return
    table = [
        (
            row.id,
            row.brand,
            row.partner,
            row.label,
            when(row.created_at),
            when(row.revoked_at),
        )
        for row in rows
    ]
    desk.table(("ID", "BRAND", "PARTNER", "LABEL", "MADE", "REVOKED"), table)


@keys.command(epilog="hub keys revoke key_0Ab…")
@click.argument("key_id")
@pass_desk
def revoke(desk: Desk, key_id: str) -> None:
    """End a key; running web processes forget it within seconds."""
    with desk.reading() as parts:
        at = parts.now()
        if not parts.store.write(lambda tx: tx.keys.revoke(key_id, at=at)):
            raise Failure(f"no key {key_id!r} is in use", then="hub keys list")
    desk.write(f"{key_id} is revoked.")
