"""Mail as a wire: to customers by a `Server`, to a partner by a channel's `Config`.

What lives here: one message for one recipient, its headers, an order attached to it or in its text.
What does not: receiving (a partner's answers come over another channel, a drop folder for example),
what the bytes mean, retries. A mail of ours that a server refuses is the wire's trouble, and told.
"""

from collections.abc import Callable

from pydantic import BaseModel

from hub.transports import Transport
from hub.transports.mail.letters import Config, Letters
from hub.transports.mail.server import MailWire, Server

__all__ = ["Config", "Letters", "MailWire", "Server", "connect"]


def connect(config: BaseModel, *, secrets: Callable[[str], str]) -> Transport:
    """Return a wire that opens its connection at the first put.

    Over a `Server` whole messages are put, over a partner's `Config` papers, each made a message.
    """
    if isinstance(config, Server):
        return MailWire(config, secrets=secrets)
    assert isinstance(config, Config)  # noqa: S101  # a fault of ours, not of the caller
    return Letters(config, secrets=secrets)
