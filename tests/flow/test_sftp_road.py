"""The same road over OpenSSH's own server, and what happens when the wire is not what it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.oracle import judge
from tests.rigs.houses import House, furnish, post, shopping, stock_up
from tests.rigs.sshd import Sshd


@pytest.fixture
def far(tmp_path: Path, clean_sshd: Sshd) -> Iterator[House]:
    """A house whose Acme lives on a real SFTP server, in a chroot where that is possible."""
    house = furnish(tmp_path, server=clean_sshd)
    stock_up(house)
    yield house
    house.close()


def test_from_placed_to_shipped_over_openssh(far: House) -> None:
    post(far, shopping("1001", 2, 1))
    far.turn()
    acme = far.suppliers["acme"]
    (sent,) = acme.received()
    assert judge(sent.path.read_bytes()) == ()
    acme.send("997", acme.receipt(sent))
    acme.send("855", acme.answer(sent.orders[0]))
    acme.send("856", acme.notice(sent.orders[0]))
    far.turn()
    assert far.word() == "Shipped"
    assert list((acme.home / "out").iterdir()) == []
    assert len(acme.receipts()) == 1
    assert far.exceptions() == []


def test_a_changed_host_key_stops_the_lane_tells_once_and_sends_nothing(
    far: House, clean_sshd: Sshd
) -> None:
    clean_sshd.new_host_key()
    try:
        post(far, shopping())
        for _ in range(3):
            far.turn()
            far.clock.on(minutes=11)
        assert far.exceptions() == ["wire"]
        with far.parts.store.read() as tx:
            (row,) = tx.exceptions.page(open_only=True, limit=5)
        assert "host key" in row.text.lower()
        assert "hub lane resume acme/edi" in row.next_step
        assert far.suppliers["acme"].received() == []
    finally:
        clean_sshd.stop()
        clean_sshd.start()


def test_a_key_that_cannot_be_read_stops_the_lane_and_says_which(
    far: House, clean_sshd: Sshd
) -> None:
    away = clean_sshd.key_path.with_suffix(".away")
    clean_sshd.key_path.rename(away)
    try:
        post(far, shopping())
        far.turn()
    finally:
        away.rename(clean_sshd.key_path)
    assert far.exceptions() == ["wire"]
    far.clock.on(minutes=11)
    far.turn()
    assert len(far.suppliers["acme"].purchase_orders()) == 1
    assert far.exceptions() == []


def test_a_server_that_is_down_loses_nothing_and_drains_in_order(
    far: House, clean_sshd: Sshd
) -> None:
    clean_sshd.stop()
    for number in ("1001", "1002", "1003"):
        post(far, shopping(number))
        far.turn()
        far.clock.on(minutes=11)
    assert far.exceptions() == ["wire"]
    clean_sshd.start()
    far.clock.on(minutes=11)
    far.turn()
    numbers = [order.number for order in far.suppliers["acme"].purchase_orders()]
    assert numbers == ["JUN-1001-1", "JUN-1002-1", "JUN-1003-1"]
    assert far.exceptions() == []
