"""`hub partner`: the pages of partners, checked and listed."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.desk import Desk, pass_desk
from hub.cli.headings import headings
from hub.cli.own_settings import settings
from hub.cli.shown import Mistakes, ShownGroup, as_json
from hub.errors import ConfigError

if TYPE_CHECKING:
    from hub.partners import Channel, Partner, Partners


@click.group(
    cls=ShownGroup,
    epilog="hub partner check\nhub partner check drafts/nordic.yaml\n"
    "hub partner schema > partner.schema.json",
)
def partner() -> None:
    """One partner is one page: who it is, its channels, maps, limits and calendar."""


@partner.command(epilog="hub partner check\nhub partner check drafts/nordic.yaml --json")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@pass_desk
def check(desk: Desk, files: Sequence[Path], as_json: bool) -> None:
    """Name every mistake on every page with file, line, key and what is allowed.

    Without FILES all pages that the hub would read: partners, maps, brands. With FILES those pages
    alone, against the maps there are; they need not lie in their folder yet.
    """
    try:
        found = _checked(desk, files)
    except ConfigError as fault:
        if as_json:
            desk.json({"right": False, "mistakes": list(fault.mistakes), "warnings": []})
        raise Mistakes(fault.mistakes) from fault
    notices = [f"{one.id}: {notice}" for one in found.all for notice in one.notice]
    for notice in notices:
        desk.say(f"warning: {notice}")
    if as_json:
        names = [one.id for one in found.all]
        desk.json({"right": True, "partners": names, "mistakes": [], "warnings": notices})
    else:
        count = len(found.all)
        desk.write(f"{count} page{'s' * (count != 1)}, no mistake.")


def _checked(desk: Desk, files: Sequence[Path]) -> "Partners":
    if not files:
        return desk.pages().partners
    from hub import mapping, partners, settings
    from hub.main import partners_formats, partners_wires

    chosen = desk.settings()
    folders = {str(file.parent) for file in files}
    return partners.load(
        {file.stem: file.read_bytes().decode("utf-8-sig", "replace") for file in files},
        transports=partners_wires(),
        formats=partners_formats(chosen),
        maps=mapping.load(settings.read_pages(chosen.mappings)).pages,
        folder=folders.pop() if len(folders) == 1 else "…",
    )


@partner.command(epilog="hub partner schema > partner.schema.json")
@pass_desk
def schema(desk: Desk) -> None:
    """Print the JSON Schema of a page, for editors that complete and check while one types."""
    import hub.formats
    from hub import partners
    from hub.main import partners_wires, registry

    desk.json(
        partners.schema(
            transports=partners_wires(),
            formats={name: part.Config for name, part in registry(hub.formats).items()},
        )
    )


@partner.command("list", epilog="hub partner list --json")
@as_json
@pass_desk
def list_(desk: Desk, as_json: bool) -> None:
    """Show the partners with their channels."""
    pairs = [
        (one, channel) for one in desk.pages().partners.all for channel in (*one.channels, None)
    ]
    pairs = [(one, channel) for one, channel in pairs if channel or not one.channels]
    if as_json:
        desk.json({"partners": [_row(one, channel) for one, channel in pairs]})
        return
    table = [
        (
            one.id,
            one.name,
            channel.name if channel else "portal",
            f"{channel.transport} {channel.format}" if channel else "-",
            " ".join(channel.maps) if channel else "-",
        )
        for one, channel in pairs
    ]
    desk.table(("ID", "NAME", "CHANNEL", "OVER", "SETS"), table)


partner.add_command(headings)
partner.add_command(settings)


def _row(one: "Partner", channel: "Channel | None") -> dict[str, object]:
    row: dict[str, object] = {
        "id": one.id,
        "name": one.name,
        "kind": one.kind,
        "priority": one.priority,
        "channel": None,
    }
    if channel is not None:
        row["channel"] = {
            "name": channel.name,
            "transport": channel.transport,
            "format": channel.format,
            "sends": channel.sends,
            "receives": channel.receives,
            "maps": channel.maps,
        }
    return row
