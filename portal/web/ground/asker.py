"""The address of the net that a request comes from, as it is counted."""

import ipaddress

from starlette.requests import Request


def address_of(request: Request) -> str:
    """Return the asker's address; of IPv6 the network, which one customer has whole."""
    host = request.client.host if request.client else ""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host
    if found.version == 4:
        return host
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
