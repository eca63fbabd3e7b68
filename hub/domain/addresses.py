"""Which addresses of the net the hub may call when a partner or a storefront names them.

A list of our own: Python's `is_global` says yes to multicast, to IPv6 that wraps an IPv4 address
(NAT64, 6to4) and to some clouds' metadata. What lives here: the judgement of a URL and of one
address. What does not: looking names up and connecting (the wire).
"""

import re
from collections.abc import Sequence
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)
from urllib.parse import SplitResult, urlsplit

LONGEST_URL = 2000
NO_LOGIN = "no user or password stands in a URL; take them out"

Network = IPv4Network | IPv6Network

# Never called, whatever a page allows: they answer with a machine's own credentials.
_METADATA = (
    ("169.254.0.0/16", "link-local, where clouds keep their metadata"),
    ("168.63.129.16/32", "a cloud's own service"),
    ("100.100.100.200/32", "a cloud's metadata"),
    ("192.0.0.0/24", "kept for protocols, with a cloud's metadata in it"),
    ("fe80::/10", "link-local"),
    ("fd00:ec2::/32", "a cloud's metadata"),
    ("fd20:ce::/32", "a cloud's metadata"),
)
# The machine itself and the network it stands in: only where the page says so.
_PRIVATE = (
    ("127.0.0.0/8", "this machine"),
    ("10.0.0.0/8", "a private network"),
    ("172.16.0.0/12", "a private network"),
    ("192.168.0.0/16", "a private network"),
    ("100.64.0.0/10", "a network behind a carrier's NAT (RFC 6598)"),
    ("::1/128", "this machine"),
    ("fc00::/7", "a private network (RFC 4193)"),
)
# Nobody's to be called: RFC 6890 and the registries that it keeps.
_SPECIAL = (
    ("0.0.0.0/8", "no host's address"),
    ("192.0.2.0/24", "for documentation"),
    ("192.88.99.0/24", "a 6to4 relay"),
    ("198.18.0.0/15", "for measurements"),
    ("198.51.100.0/24", "for documentation"),
    ("203.0.113.0/24", "for documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("::ffff:0:0/96", "IPv4 in IPv6 clothes"),
    ("::/96", "IPv4 in IPv6 clothes"),
    ("::ffff:0:0:0/96", "IPv4 in IPv6 clothes"),
    ("64:ff9b::/96", "IPv4 in IPv6 clothes (NAT64)"),
    ("64:ff9b:1::/48", "IPv4 in IPv6 clothes (NAT64)"),
    ("2002::/16", "IPv4 in IPv6 clothes (6to4)"),
    ("2001::/32", "IPv4 in IPv6 clothes (Teredo)"),
    ("2001::/23", "kept for protocols"),
    ("2001:db8::/32", "for documentation"),
    ("3fff::/20", "for documentation"),
    ("5f00::/16", "for segment routing"),
    ("100::/64", "a hole that swallows everything"),
    ("ff00::/8", "multicast"),
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # all that the registries hand out today
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # the third quarter of an IPv6 that wraps an IPv4 (RFC 5214)

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\.?")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")


def _networks(rows: Sequence[tuple[str, str]]) -> tuple[tuple[Network, str], ...]:
    return tuple((ip_network(text), why) for text, why in rows)


_NEVER = _networks((*_METADATA, *_SPECIAL))
_INSIDE = _networks(_PRIVATE)


def address_refusal(address: str, *, private: bool = False) -> str:
    """Return why this address may not be called, empty when it may.

    `address` is what a look-up gave, in its one plain form. With `private` the machine itself and
    private networks may be called too; metadata and addresses that wrap another never.
    """
    found = _read(address)
    if found is None:
        return f"{address[:60]!r} is no address in its plain form"
    for network, why in _NEVER:
        if found.version == network.version and found in network and not _is_loopback(found):
            return f"{found} is {why}"
    for network, why in _INSIDE:
        if found.version == network.version and found in network:
            return "" if private else f"{found} is {why}"
    if isinstance(found, IPv6Address):
        return _of_ipv6(found)
    return ""


def _of_ipv6(address: IPv6Address) -> str:
    if int(address) >> 32 & 0xFFFF_FFFF in _ISATAP:
        return f"{address} is IPv4 in IPv6 clothes (ISATAP)"
    if address not in _GLOBAL_UNICAST:
        return f"{address} is outside of what is handed out on the net"
    return ""


def is_loopback(address: str) -> bool:
    """Say whether this is the machine itself."""
    found = _read(address)
    return found is not None and _is_loopback(found)


def _is_loopback(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return address in IPv4Network("127.0.0.0/8")
    return int(address) == 1


def _read(address: str) -> IPv4Address | IPv6Address | None:
    try:
        if ":" not in address:
            return IPv4Address(address)
        return None if "%" in address else IPv6Address(address)
    except AddressValueError:
        return None


def url_refusal(url: str, *, private: bool = False) -> str:
    """Return why the hub does not call this URL, empty when it may.

    It looks no name up: an address that a name stands for is judged when it is called. With
    `private` plain http is a form too; the wire sees that it stays on this machine.
    """
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable():
        return f"a URL has at most {LONGEST_URL} printable ASCII signs; write IDNs as xn--…"
    if " " in url or "\\" in url:
        return "a URL holds neither spaces nor backslashes; encode them"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "this is no URL; write https://host/path"
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        return "only https:// is called"
    if port == 0:
        return "port 0 is none"
    return _of_the_rest(parts, host, private=private)


def _of_the_rest(parts: SplitResult, host: str, *, private: bool) -> str:
    if "@" in parts.netloc:
        return NO_LOGIN
    if parts.fragment:
        return "a fragment (#…) is never sent; take it out"
    if ":" in host:
        return address_refusal(host, private=private)
    if not _HOST.fullmatch(host) or ".." in host:
        return "the host is missing or is no name; write https://host/path"
    if not _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        return ""
    # What ends in a number is an address to every resolver: 2130706433, 127.1 and 0x7f.1 too.
    return address_refusal(host, private=private)
