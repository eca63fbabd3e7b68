"""Who is asking, and what that role may see and do.

What lives here: API keys as text and as hashes, roles, and the one table of what each may do.
What does not: where keys are kept (`hub.store`), reading a header (`hub.api`), randomness (it is
passed in).
Who may come in: flow, the doors and the store's callers.
"""

import hashlib
import hmac
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

PREFIX = "hub_live_"
SECRET_BYTES = 20  # 160 random bits
NAME_BYTES = 9

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SECRET_DIGITS = 27  # 62 ** 27 > 2 ** 160
_CHECK_DIGITS = 6  # 62 ** 6 > 2 ** 32
_NAME_DIGITS = 13  # 62 ** 13 > 2 ** 72


class Role(StrEnum):
    """The kinds of people and programs that hold a credential."""

    API_CLIENT = "api_client"
    OPERATOR = "operator"
    CLERK = "clerk"
    SUPPLIER_USER = "supplier_user"
    PARTNER_CLIENT = "partner_client"


class Action(StrEnum):
    """What somebody may want of the hub."""

    PLACE_ORDER = "place_order"
    READ_ORDER = "read_order"
    READ_STATUS = "read_status"
    READ_FACTS = "read_facts"
    READ_STOCK = "read_stock"
    LINK_ORDER = "link_order"
    TELL_CARRIER_EVENT = "tell_carrier_event"
    CANCEL_ORDER = "cancel_order"
    CHANGE_ORDER = "change_order"
    READ_WORK = "read_work"
    ANSWER_WORK = "answer_work"
    TELL_STOCK = "tell_stock"
    SEND_INVOICE = "send_invoice"
    SEND_DOCUMENT = "send_document"
    READ_SENT = "read_sent"
    KEEP_WEBHOOKS = "keep_webhooks"
    KEEP_PARTNER_WEBHOOKS = "keep_partner_webhooks"
    READ_DOCUMENTS = "read_documents"
    SETTLE_EXCEPTION = "settle_exception"
    IMPORT_CATALOG = "import_catalog"
    GRANT_KEY = "grant_key"


# A role that is missing an action here is refused it: there is no other place that decides.
ALLOWED: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.API_CLIENT: frozenset(
            {
                Action.PLACE_ORDER,
                Action.READ_ORDER,
                Action.READ_STATUS,
                Action.READ_FACTS,
                Action.READ_STOCK,
                Action.LINK_ORDER,
                Action.TELL_CARRIER_EVENT,
                Action.CANCEL_ORDER,
                Action.CHANGE_ORDER,
                Action.KEEP_WEBHOOKS,
            }
        ),
        Role.CLERK: frozenset(
            {
                Action.PLACE_ORDER,
                Action.READ_ORDER,
                Action.READ_STATUS,
                Action.READ_STOCK,
                Action.SETTLE_EXCEPTION,
                Action.LINK_ORDER,
                Action.CANCEL_ORDER,
                Action.CHANGE_ORDER,
            }
        ),
        Role.SUPPLIER_USER: frozenset(),
        Role.PARTNER_CLIENT: frozenset(
            {
                Action.READ_WORK,
                Action.ANSWER_WORK,
                Action.TELL_STOCK,
                Action.SEND_INVOICE,
                Action.SEND_DOCUMENT,
                Action.READ_SENT,
                Action.KEEP_PARTNER_WEBHOOKS,
            }
        ),
        Role.OPERATOR: frozenset(Action),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is asking; `brand` is the one whose orders the caller sees, an operator sees all.

    `partner` is the one whose work a partner's caller sees; it comes from the credential alone.
    """

    role: Role
    brand: str
    key_id: str
    partner: str = ""


def may(caller: Caller, action: Action) -> bool:
    """Say whether the caller's role allows the action, for any brand at all."""
    return action in ALLOWED[caller.role]


def sees(caller: Caller, *, brand: str) -> bool:
    """Say whether a thing of this brand exists for the caller.

    When it does not, the door answers as if there were no such thing.
    """
    return caller.role is Role.OPERATOR or (caller.brand != "" and caller.brand == brand)


def works_for(caller: Caller, *, partner: str) -> bool:
    """Say whether a thing of this partner exists for the caller; else it is as if missing."""
    return caller.role is Role.OPERATOR or (caller.partner != "" and caller.partner == partner)


def new_key(random: Callable[[int], bytes]) -> tuple[str, str, bytes]:
    """Return (key id, key, SHA-256 of the key) of a fresh API key.

    `random(n)` gives n random bytes fit for secrets. The id says nothing about the key. The key has
    160 random bits and a checksum, so that scanners can tell a leaked one from noise; only the hash
    is ever kept.
    """
    key_id = "key_" + _base62(int.from_bytes(random(NAME_BYTES)), _NAME_DIGITS)
    text = _base62(int.from_bytes(random(SECRET_BYTES)), _SECRET_DIGITS)
    key = PREFIX + text + _checksum(text)
    return key_id, key, hashlib.sha256(key.encode()).digest()


def key_hash(presented: str) -> bytes | None:
    """Return the SHA-256 to look a key up by, None when it cannot be ours.

    Form and checksum decide that; whether the key exists is not said here.
    """
    body = presented.removeprefix(PREFIX)
    if len(presented) != len(PREFIX) + _SECRET_DIGITS + _CHECK_DIGITS or body == presented:
        return None
    if not all(letter in _DIGITS for letter in body):
        return None
    text, check = body[:_SECRET_DIGITS], body[_SECRET_DIGITS:]
    if not hmac.compare_digest(_checksum(text), check):
        return None
    return hashlib.sha256(presented.encode()).digest()


def _checksum(text: str) -> str:
    return _base62(zlib.crc32(text.encode()), _CHECK_DIGITS)


def _base62(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, rest = divmod(number, 62)
        digits.append(_DIGITS[rest])
    return "".join(reversed(digits))
