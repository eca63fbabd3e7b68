"""Who is asking, and what that role may see and do.

What lives here: API keys as text and as hashes, roles, the houses of people, and the one table of
what each may do.
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
    VIEWER = "viewer"
    SUPPLIER_USER = "supplier_user"
    SUPPLIER_ADMIN = "supplier_admin"
    PARTNER_CLIENT = "partner_client"


class House(StrEnum):
    """Where people sign in; a session of one house is nothing in the other."""

    PORTAL = "portal"
    DESK = "desk"


HOUSES: Mapping[Role, House] = MappingProxyType(
    {
        Role.SUPPLIER_USER: House.PORTAL,
        Role.SUPPLIER_ADMIN: House.PORTAL,
        Role.CLERK: House.DESK,
        Role.OPERATOR: House.DESK,
        Role.VIEWER: House.DESK,
    }
)
"""The roles that people have, and where each is at home; the others are programs."""


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
    READ_DESK = "read_desk"
    READ_REPORTS = "read_reports"
    RERUN_DOCUMENT = "rerun_document"
    KEEP_USERS = "keep_users"
    KEEP_OWN_USERS = "keep_own_users"
    KEEP_OWN_FIRM = "keep_own_firm"
    KEEP_BRANDS = "keep_brands"
    KEEP_KEYS = "keep_keys"
    KEEP_OWN_ACCOUNT = "keep_own_account"


_SUPPLYING = frozenset(
    {
        Action.READ_WORK,
        Action.ANSWER_WORK,
        Action.TELL_STOCK,
        Action.SEND_INVOICE,
        Action.SEND_DOCUMENT,
        Action.READ_SENT,
    }
)
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
                Action.READ_DESK,
                Action.READ_REPORTS,
                Action.KEEP_OWN_ACCOUNT,
            }
        ),
        Role.VIEWER: frozenset(
            {
                Action.READ_ORDER,
                Action.READ_STATUS,
                Action.READ_STOCK,
                Action.READ_FACTS,
                Action.READ_DOCUMENTS,
                Action.READ_DESK,
                Action.READ_REPORTS,
                Action.KEEP_OWN_ACCOUNT,
            }
        ),
        Role.SUPPLIER_USER: _SUPPLYING | {Action.KEEP_OWN_ACCOUNT},
        Role.SUPPLIER_ADMIN: _SUPPLYING
        | {
            Action.KEEP_OWN_ACCOUNT,
            Action.KEEP_OWN_USERS,
            Action.KEEP_OWN_FIRM,
            Action.KEEP_PARTNER_WEBHOOKS,
        },
        Role.PARTNER_CLIENT: frozenset(_SUPPLYING | {Action.KEEP_PARTNER_WEBHOOKS}),
        Role.OPERATOR: frozenset(Action),
    }
)


WHOLE = frozenset(
    {
        Action.READ_DOCUMENTS,
        Action.RERUN_DOCUMENT,
        Action.IMPORT_CATALOG,
        Action.GRANT_KEY,
        Action.KEEP_USERS,
        Action.KEEP_KEYS,
        Action.KEEP_BRANDS,
    }
)
"""What is about every brand at once: a paper may speak of several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is asking; `brand` is the one whose orders the caller sees, an operator sees all.

    `partner` is the one whose work a partner's caller sees; it comes from the credential alone.
    People of the house see several `brands`, with None every one; an operator with some sees those.
    """

    role: Role
    brand: str
    key_id: str
    partner: str = ""
    brands: frozenset[str] | None = frozenset()


def may(caller: Caller, action: Action) -> bool:
    """Say whether the caller's role allows the action, for any brand at all.

    Who sees only some brands does nothing that is about all of them.
    """
    return action in ALLOWED[caller.role] and not (caller.brands and action in WHOLE)


def sees(caller: Caller, *, brand: str) -> bool:
    """Say whether a thing of this brand exists for the caller.

    When it does not, the door answers as if there were no such thing.
    """
    if caller.brands is None:
        return True
    if caller.brands:
        return brand in caller.brands
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
