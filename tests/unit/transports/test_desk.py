import io

import pytest

from hub.errors import TransportError
from hub.transports import RemoteFile, desk


def test_a_desk_takes_everything_and_keeps_nothing() -> None:
    wire = desk.connect(desk.Config(), secrets=str)
    assert wire.put("order.edi", io.BytesIO(b"ISA"), size=3) is None
    assert list(wire.list()) == []
    file = RemoteFile(path="order.edi", size=3, mtime=0)
    with pytest.raises(TransportError) as caught:
        wire.fetch(file, io.BytesIO())
    assert caught.value.permanent
    wire.remove(file)
    wire.close()
    assert list(wire.list()) == []
