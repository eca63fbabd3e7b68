"""The pages of simulated partners: what a newcomer's would say, port and keys filled in."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from string import Template

from hub.lab.desk import Firm
from hub.lab.x12 import Company

USER = "juniper-group"
OUR_IDENTITY, OUR_HOST = "AN-JUNIPER", "hub.example"  # as cXML names the retailer

_HEAD = Template("""\
# $name, a simulated partner. Written anew at every start: the port changes.
name: $name
kind: $kind
channels:
""")

SFTP = Template("""\
  - name: edi
    transport: sftp
    settings:
      host: 127.0.0.1
      port: $port
      user: $user
      host_key: $host_key
      key_file: $key_file
      outbox: /in
      inbox: /out
      archive: /out/taken
      pattern: "*$suffix"
    file_name: "{partner}_{set}_{number}$suffix"
""")

X12 = Template("""\
    format: x12
    profile:
      version: "004010"
      usage: production
      ours:   {qualifier: "$our_qualifier", id: "$our_id", group: "$our_group"}
      theirs: {qualifier: "$qualifier", id: "$id", group: "$group"}
      delimiters: {element: "*", component: ">", segment: "~"}
      newline: true
      in_data: replace
      replacement: " "
    send: [850, 860]
    receive: [855, 856, 865, 870, 846, 810, 824, 214]
    maps:
      850: x12/004010/850
      855: x12/004010/855
      856: x12/004010/856
      860: x12/004010/860
      865: x12/004010/865
      870: x12/004010/870
      846: x12/004010/846
      810: x12/004010/810
      824: x12/004010/824
      214: x12/004010/214
""")

NORDIC = Template("""\
    format: xml
    profile:
      schemas: {Order: nordic/trade.xsd, OrderChange: nordic/trade.xsd}
      feeds: [StockList]
    send: [Order, OrderChange]
    receive: [OrderAnswer, Despatch, Bill, ChangeAnswer, StockList]
    maps:
      Order: nordic/Order
      OrderChange: nordic/OrderChange
      OrderAnswer: nordic/OrderAnswer
      ChangeAnswer: nordic/ChangeAnswer
      Despatch: nordic/Despatch
      Bill: nordic/Bill
      StockList: nordic/StockList
""")

UBL = Template("""\
    format: xml
    send: [Order, OrderChange]
    receive: [OrderResponse, DespatchAdvice, Invoice]
    maps:
      Order: ubl/Order
      OrderChange: ubl/OrderChange
      OrderResponse: ubl/OrderResponse
      DespatchAdvice: ubl/DespatchAdvice
      Invoice: ubl/Invoice
""")

DEPOT = Template("""\
    format: x12
    profile:
      version: "004010"
      usage: production
      ours:   {qualifier: "$our_qualifier", id: "$our_id", group: "$our_group"}
      theirs: {qualifier: "$qualifier", id: "$id", group: "$group"}
      newline: true
    send: [940]
    receive: [945, 846]
    maps:
      940: depot/940
      945: depot/945
      846: depot/846
""")

DESK = """\
  - name: desk
    transport: desk
    format: json
    send: [order, order_change]
    maps: {order: json/order, order_change: json/order_change}
"""

CXML = Template("""\
  - name: orders
    transport: http
    settings:
      url: http://127.0.0.1:$port/orders
      allow_private: true
      content_type: text/xml; charset=utf-8
      reply: document
    format: xml
    profile:
      envelope: cxml
      cxml:
        host: $our_host
        ours:   {domain: NetworkId, identity: $our_identity, secret: $secret}
        theirs: {domain: NetworkId, identity: $identity, secret: $secret}
    send: [OrderRequest]
    maps: {OrderRequest: cxml/OrderRequest}
  - name: answers
    transport: door
    format: xml
    profile:
      envelope: cxml
      cxml:
        host: $our_host
        ours:   {domain: NetworkId, identity: $our_identity, secret: $secret}
        theirs: {domain: NetworkId, identity: $identity, secret: $secret}
    receive: [ConfirmationRequest, ShipNoticeRequest, InvoiceDetailRequest]
    maps:
      ConfirmationRequest: cxml/ConfirmationRequest
      ShipNoticeRequest: cxml/ShipNoticeRequest
      InvoiceDetailRequest: cxml/InvoiceDetailRequest
""")

_RULES = Template("""\
$poll
limits: {receipt: $receipt, response: $response, ship: $ship, change: $change}
calendar:
  zone: UTC
  work_days: [mon, tue, wed, thu, fri, sat, sun]
sourcing: {priority: $priority}
stock: {level: $level}
transit: {ground: 4, next_day: 1, second_day: 2, other: 5}
changes: {silence: $silence}
products: [$products]
$more
""")

_LIMITS = {"receipt": "1h", "response": "4h", "ship": "48h"}


def page(firm: Firm, *, wire: str, priority: int, collected: datetime) -> str:
    """Return the page of a firm; `wire` is what its channel says of transport, format and maps.

    A firm that collects gets its orders at the time of day of `collected`.
    """
    limits = {**_LIMITS, "change": firm.change_limit, **firm.limits}
    rules = _RULES.substitute(
        limits,
        priority=priority,
        silence=firm.silence,
        poll=_poll(firm, collected),
        level="reports" if firm.counts else "unlimited",
        products="vendor, sku" if firm.kind == "warehouse" else "vendor, gtin, sku",
        more="warehouse: {balance: trust}" if firm.kind == "warehouse" else "",
    )
    return _HEAD.substitute(name=firm.name, kind=firm.kind) + wire + rules


def sftp(*, port: int, host_key: str, key: Path, suffix: str) -> str:
    """Return the lines of a channel over the SFTP server at that port."""
    return SFTP.substitute(
        port=port,
        user=USER,
        host_key=host_key,
        key_file=json.dumps(f"file:{key}"),
        suffix=suffix,
    )


def over_files(firm: Firm, customer: Company) -> str:
    """Return the lines of format and maps of a channel whose messages are files."""
    template = {"x12": X12, "nordic": NORDIC, "ubl": UBL, "depot": DEPOT}[firm.speaks]
    return template.substitute(_parties(firm.company, customer))


def cxml(firm: Firm, *, port: int, secret: Path) -> str:
    """Return the channels of a partner that is posted cXML at that port, and posts it back."""
    return CXML.substitute(
        port=port,
        secret=json.dumps(f"file:{secret}"),
        identity=firm.company.id,
        our_identity=OUR_IDENTITY,
        our_host=OUR_HOST,
    )


def _poll(firm: Firm, collected: datetime) -> str:
    """How often a channel looks for files; one that has none looks for nothing."""
    if firm.speaks in ("rest", "cxml", "portal"):
        return ""
    cutoff = f'\n    cutoff: ["{collected:%H:%M}"]' if firm.collects else ""
    return f"    poll: 1s{cutoff}"


def _parties(company: Company, customer: Company) -> Mapping[str, str]:
    return {
        "our_qualifier": customer.qualifier,
        "our_id": customer.id,
        "our_group": customer.group,
        "qualifier": company.qualifier,
        "id": company.id,
        "group": company.group,
    }
