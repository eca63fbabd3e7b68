"""Fixtures of the customers' pages."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from hub.flow.lanes import LaneTurn
from hub.partners.brand_texts import MAILS
from hub.transports.mail import Server
from tests.rigs import free_port
from tests.rigs.houses import House
from tests.web.portal.rig import Mailbox, Street, street


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server on a free port of this machine."""
    box = Mailbox()
    box.port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def lane(house: House, tmp_path: Path, mailbox: Mailbox) -> Iterator[Street]:
    """Juniper's and Harbor's pages before a house, on each store; mails of codes and moved days."""
    yield furnished(house, tmp_path, mailbox, mails=("code", "moved"))


@pytest.fixture
def talking(house: House, tmp_path: Path, mailbox: Mailbox) -> Iterator[Street]:
    """The same, with every mail that there is."""
    yield furnished(house, tmp_path, mailbox, mails=MAILS)


def furnished(house: House, folder: Path, mailbox: Mailbox, *, mails: tuple[str, ...]) -> Street:
    """Put pages before a house whose brands mail these kinds."""
    brands = {name: replace(brand, mails=mails) for name, brand in house.parts.brands.items()}
    config = Server(host="127.0.0.1", port=mailbox.port, tls="none")
    house.parts = replace(house.parts, mail=config, brands=brands)
    house.turns = {
        partner: LaneTurn(house.parts, turn.channel, owner="test")
        for partner, turn in house.turns.items()
    }
    return street(house, folder, mailbox)
