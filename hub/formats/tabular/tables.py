"""What tables there are: their columns, what people call these, and where each stands in a paper.

A paper is rows of elements as maps know them. Each record of a file becomes one segment a level of
its table, so that a segment's number tells its record; what a level does not say is empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

FEED = "stock"
PARCELS = "parcels"
Kind = Literal["text", "id", "gtin", "count", "balance", "day", "moment", "word"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its place in the paper, its heading when we write it, what others call it.

    Element 0 is an article id, which stands with its kind behind the elements of its segment. A
    column of no tag is the file's own or spread over segments.
    """

    name: str
    tag: str
    element: int
    kind: Kind
    title: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One set: `levels` are its segments, outermost first; ids begin at element `ids_at`.

    A file must have a column of each group in `headings`, a record must say one of each in `says`.
    `fixed` is written into the first segment, since no column says it. `number` is the element of
    the first segment without which a map reads nothing of a record.
    """

    set_id: str
    levels: tuple[str, ...]
    columns: Mapping[str, Column]
    headings: tuple[tuple[str, ...], ...]
    says: tuple[tuple[str, ...], ...] = ()
    ids_at: int = 0
    fixed: Mapping[int, str] = field(default_factory=dict)
    number: int = 0
    spread: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """How many segments each record becomes."""
        return len(self.levels) - 1 + max(1, len(self.spread))


IDS = {
    "vendor": "VN",
    "gtin": "EN",
    "sku": "SK",
    "buyer": "BP",
    "manufacturer": "MG",
    "isbn": "IB",
}
"""X12 235 for each kind of article id."""
GTINS = {8: "EO", 12: "UP", 13: "EN", 14: "UK"}
LINE = ("line", *IDS)

# What each column may be called in somebody's spreadsheet, in the languages of our partners;
# compared in small letters, without accents, words only. A heading may stand in several columns of
# different tables: which table it is decides.
_NAMES: Mapping[str, str] = {
    "vendor": "vendor|vendor sku|vendor item|vendor item number|vendor part|supplier sku|"
    "supplier item|supplier item number|item|item no|item number|item id|part|part number|"
    "part no|article|article number|article no|model|product code|stock code|style|"
    "artikel|artikelnummer|artikel nr|lieferantenartikelnummer|reference|reference article|"
    "code article|ref|articulo|codigo de articulo|referencia|artikelcode|codice articolo|articolo",
    "gtin": "gtin|upc|ean|barcode|bar code|gtin 14|upc code|ean code|upc a|ean 13|strichcode|"
    "code barres|codigo de barras|codice a barre|streepjescode",
    "sku": "sku|our sku|retailer sku|customer sku",
    "buyer": "buyer item|buyer sku|buyer item number|customer item|customer item number|"
    "kundenartikelnummer|buyer",
    "manufacturer": "manufacturer part|manufacturer part number|mpn|mfr part|herstellernummer",
    "isbn": "isbn|isbn 13",
    "line": "line|line no|line number|po line|po line number|position|pos|zeile|ligne|linea|regel",
    "number": "po|po number|po no|po nr|purchase order|purchase order number|purchase order no|"
    "order number|order no|order id|customer po|bestellnummer|bestellung|bestell nr|auftragsnummer|"
    "numero de commande|commande|no commande|pedido|numero de pedido|orden de compra|"
    "bestelnummer|ordine|numero ordine",
    "quantity": "quantity|qty|units|menge|anzahl|stuck|stueck|quantite|qte|cantidad|cant|"
    "unidades|aantal|quantita|qta",
    "unit": "unit|uom|unit of measure|unit of measurement|einheit|mengeneinheit|unite|unidad|"
    "eenheid|unita",
    "place": "place|warehouse|location|site|facility|warehouse code|location code|lager|lagerort|"
    "entrepot|almacen|magazijn|magazzino",
    "next_quantity": "next quantity|next qty|incoming|incoming qty|expected qty|on order|"
    "expected quantity|incoming quantity|on order qty|zulauf|en commande",
    "next_on": "next on|next date|expected on|expected date|eta|restock date|available on|"
    "availability date|back in stock|next available date|due date|wieder lieferbar|"
    "date de reapprovisionnement",
    "as_of": "as of|counted at|updated at|last updated|timestamp|report time|date time|stand|"
    "aktualisiert",
    "status": "status|answer|response|acknowledgement|acknowledgment|ack|ack status|line status|"
    "confirmation|antwort|bestatigung|reponse|statut|estado|respuesta|stato|risposta|antwoord",
    "accepted": "accepted|accepted qty|accepted quantity|qty accepted|quantity accepted|confirmed|"
    "confirmed qty|qty confirmed|bestatigt|bestatigte menge|acceptee|qte acceptee|aceptada|"
    "accettata|bevestigd",
    "backordered": "backordered|backordered qty|qty backordered|quantity backordered|back order|"
    "backorder qty|backorder|bo qty|ruckstand|reliquat|pendiente|nalevering|arretrato",
    "rejected": "rejected|rejected qty|qty rejected|quantity rejected|cancelled qty|qty cancelled|"
    "declined|abgelehnt|refusee|qte refusee|rechazada|rifiutata|afgewezen",
    "reason": "reason|comment|comments|remark|remarks|note|notes|grund|bemerkung|motif|"
    "commentaire|motivo|reden|opmerking",
    "ships_on": "ship date|ships on|expected ship date|estimated ship date|will ship|"
    "promised date|available date|lieferdatum|versandtermin|date d expedition prevue|"
    "fecha de envio|verzenddatum|data di spedizione",
    "answered_on": "answered on|answer date|response date|ack date|confirmation date",
    "partner_order": "vendor order|vendor order number|supplier order|supplier order number|"
    "sales order|sales order number|so number|our order|our order number",
    "notice": "shipment|shipment id|shipment number|notice|asn|asn number|packing slip|"
    "packing slip number|delivery note|delivery note number|lieferschein|lieferscheinnummer|"
    "bon de livraison|albaran|pakbon|bolla",
    "tracking": "tracking|tracking no|tracking number|tracking id|tracking code|trackingnummer|"
    "sendungsnummer|paketnummer|numero de suivi|suivi|numero de seguimiento|seguimiento|"
    "track and trace|track trace|numero di tracciamento|waybill",
    "carrier": "carrier|shipping carrier|carrier name|shipped via|ship via|versender|paketdienst|"
    "spediteur|transporteur|transportista|vervoerder|corriere",
    "service": "service|service level|ship method|shipping method|method|versandart",
    "shipped_at": "ship date|shipped|shipped on|shipped at|date shipped|shipping date|"
    "shipment date|versanddatum|versendet am|date d expedition|fecha de envio|verzenddatum|"
    "data di spedizione",
    "delivery_on": "delivery date|estimated delivery|expected delivery|delivery on|liefertermin|"
    "date de livraison|fecha de entrega|leverdatum|data di consegna",
    "label": "label|sscc|sscc 18|carton|carton id|carton number|package|package id|lpn|nve",
    "consumer_order": "customer order|customer order number|consumer order|web order",
}
_STOCK_QUANTITY = (
    "stock|stock level|stock qty|stock quantity|on hand|qty on hand|quantity on hand|available|"
    "available qty|qty available|quantity available|inventory|available to sell|ats|atp|bestand|"
    "lagerbestand|verfugbar|verfugbare menge|disponible|stock disponible|existencias|voorraad|"
    "giacenza|disponibilita"
)
_SHIPPED_QUANTITY = (
    "shipped qty|qty shipped|quantity shipped|shipped quantity|units shipped|"
    "versendete menge|quantite expediee|qte expediee|cantidad enviada"
)

_Place = tuple[str, int, Kind, str]


def _columns(places: Mapping[str, _Place], more: Mapping[str, str]) -> Mapping[str, Column]:
    columns = {}
    for name, (tag, element, kind, title) in places.items():
        said = [_NAMES.get(name, ""), more.get(name, ""), title.lower(), name.replace("_", " ")]
        names = frozenset(one for text in said for one in text.split("|") if one)
        columns[name] = Column(
            name=name, tag=tag, element=element, kind=kind, title=title, names=names
        )
    return columns


def _ids(tag: str) -> dict[str, _Place]:
    return {
        "vendor": (tag, 0, "id", "Vendor SKU"),
        "gtin": (tag, 0, "gtin", "GTIN"),
        "sku": (tag, 0, "id", "SKU"),
        "buyer": (tag, 0, "id", "Buyer item"),
        "manufacturer": (tag, 0, "id", "Manufacturer part"),
        "isbn": (tag, 0, "id", "ISBN"),
    }


_STOCK = Table(
    set_id=FEED,
    levels=("ROW",),
    columns=_columns(
        {
            "quantity": ("ROW", 1, "balance", "Quantity"),
            "unit": ("ROW", 2, "text", "Unit"),
            "place": ("ROW", 3, "text", "Place"),
            "next_quantity": ("ROW", 4, "text", "Next quantity"),
            "next_on": ("ROW", 5, "day", "Next on"),
            **_ids("ROW"),
            "as_of": ("", 0, "moment", "As of"),
        },
        {"quantity": _STOCK_QUANTITY},
    ),
    headings=(("quantity",), ("vendor", "gtin", "sku", "buyer")),
    ids_at=6,
)

_RESPONSE = Table(
    set_id="response",
    levels=("RES", "LIN", "ANS"),
    columns=_columns(
        {
            "number": ("RES", 2, "id", "Purchase order"),
            "answered_on": ("RES", 3, "day", "Answered on"),
            "partner_order": ("RES", 4, "id", "Vendor order"),
            "line": ("LIN", 1, "id", "Line"),
            **_ids("LIN"),
            "unit": ("LIN", 2, "text", "Unit"),
            "status": ("ANS", 1, "word", "Status"),
            "quantity": ("ANS", 2, "count", "Quantity"),
            "ships_on": ("ANS", 3, "day", "Ships on"),
            "reason": ("ANS", 4, "text", "Reason"),
            "accepted": ("", 0, "count", "Accepted"),
            "backordered": ("", 0, "count", "Backordered"),
            "rejected": ("", 0, "count", "Rejected"),
        },
        {},
    ),
    headings=(("number",), ("status", "accepted", "backordered", "rejected")),
    says=(("number",), ("status", "accepted", "backordered", "rejected")),
    ids_at=3,
    fixed={1: "00"},
    number=2,
    spread=("accepted", "backordered", "rejected"),
)

_SHIPMENT = Table(
    set_id="shipment",
    levels=("SHP", "BOX", "ROW"),
    columns=_columns(
        {
            "notice": ("SHP", 2, "id", "Shipment"),
            "number": ("SHP", 3, "id", "Purchase order"),
            "shipped_at": ("SHP", 4, "moment", "Shipped"),
            "carrier": ("SHP", 7, "word", "Carrier"),
            "service": ("SHP", 8, "text", "Service"),
            "delivery_on": ("SHP", 9, "day", "Delivery on"),
            "consumer_order": ("SHP", 10, "id", "Customer order"),
            "tracking": ("BOX", 1, "id", "Tracking number"),
            "label": ("BOX", 2, "id", "Label"),
            "line": ("ROW", 1, "id", "Line"),
            "quantity": ("ROW", 2, "count", "Quantity"),
            "unit": ("ROW", 3, "text", "Unit"),
            **_ids("ROW"),
        },
        {"quantity": _SHIPPED_QUANTITY},
    ),
    headings=(("number",), ("quantity",), ("tracking",), LINE),
    # A row without any of the last is one of an order that did not leave yet.
    says=(("number",), ("quantity",), LINE, ("tracking", "shipped_at", "label", "notice")),
    ids_at=4,
    fixed={1: "00"},
    number=3,
)

# Orders and their parcels alone: what of an order is in its parcel, whoever reads it decides.
_PARCELS = replace(
    _SHIPMENT,
    set_id=PARCELS,
    levels=("SHP", "BOX"),
    columns={name: column for name, column in _SHIPMENT.columns.items() if column.tag != "ROW"},
    headings=(("number",), ("tracking",)),
    says=(("number",), ("tracking",)),
)

_TO: dict[str, _Place] = {
    "name": ("TO", 1, "text", "Ship to"),
    "name2": ("TO", 2, "text", "Ship to 2"),
    "address1": ("TO", 3, "text", "Address 1"),
    "address2": ("TO", 4, "text", "Address 2"),
    "address3": ("TO", 5, "text", "Address 3"),
    "address4": ("TO", 6, "text", "Address 4"),
    "city": ("TO", 7, "text", "City"),
    "region": ("TO", 8, "text", "State"),
    "postal_code": ("TO", 9, "text", "ZIP"),
    "country": ("TO", 10, "text", "Country"),
    "phone": ("TO", 11, "text", "Phone"),
    "email": ("TO", 12, "text", "Email"),
}

_ORDER = Table(
    set_id="order",
    levels=("ORD", "TO", "ROW"),
    columns=_columns(
        {
            "purpose": ("ORD", 1, "word", "Purpose"),
            "number": ("ORD", 2, "id", "Purchase order"),
            "ordered_on": ("ORD", 3, "day", "Ordered on"),
            "line": ("ROW", 1, "id", "Line"),
            **_ids("ROW"),
            "description": ("ROW", 5, "text", "Description"),
            "quantity": ("ROW", 2, "count", "Quantity"),
            "unit": ("ROW", 3, "text", "Unit"),
            "cost": ("ROW", 4, "text", "Unit cost"),
            "currency": ("ORD", 4, "text", "Currency"),
            "personalization": ("ROW", 6, "text", "Personalization"),
            **_TO,
            "carrier": ("ORD", 5, "word", "Carrier"),
            "service": ("ORD", 6, "text", "Service"),
            "routing": ("ORD", 7, "text", "Routing"),
            "ship_by": ("ORD", 8, "day", "Ship by"),
            "cancel_after": ("ORD", 9, "day", "Cancel after"),
            "consumer_order": ("ORD", 10, "id", "Customer order"),
            "buyer_name": ("ORD", 11, "text", "Sold by"),
            "buyer_code": ("ORD", 12, "id", "Account"),
            "slip_message": ("ORD", 13, "text", "Packing slip message"),
            "gift_message": ("ORD", 14, "text", "Gift message"),
            "instructions": ("ORD", 15, "text", "Instructions"),
        },
        {},
    ),
    headings=(("number",), ("quantity",), ("name",), ("ordered_on",)),
    says=(("number",), ("quantity",)),
    ids_at=7,
    number=2,
)

_CHANGE = Table(
    set_id="change",
    levels=("CHG", "TO", "ROW"),
    columns=_columns(
        {
            "purpose": ("CHG", 1, "word", "Purpose"),
            "number": ("CHG", 2, "id", "Purchase order"),
            "change": ("CHG", 3, "id", "Change"),
            "changed_on": ("CHG", 4, "day", "Changed on"),
            "ordered_on": ("CHG", 5, "day", "Ordered on"),
            "line": ("ROW", 1, "id", "Line"),
            "action": ("ROW", 2, "word", "Action"),
            **_ids("ROW"),
            "description": ("ROW", 7, "text", "Description"),
            "quantity": ("ROW", 3, "count", "New quantity"),
            "former": ("ROW", 4, "count", "Former quantity"),
            "unit": ("ROW", 5, "text", "Unit"),
            "cost": ("ROW", 6, "text", "Unit cost"),
            "currency": ("CHG", 6, "text", "Currency"),
            **_TO,
            "carrier": ("CHG", 7, "word", "Carrier"),
            "service": ("CHG", 8, "text", "Service"),
            "routing": ("CHG", 9, "text", "Routing"),
            "ship_by": ("CHG", 10, "day", "Ship by"),
            "consumer_order": ("CHG", 11, "id", "Customer order"),
            "buyer_name": ("CHG", 12, "text", "Sold by"),
            "buyer_code": ("CHG", 13, "id", "Account"),
            "gift_message": ("CHG", 14, "text", "Gift message"),
            "reason": ("CHG", 15, "text", "Reason"),
        },
        {},
    ),
    headings=(("number",), ("change",), ("changed_on",)),
    says=(("number",),),
    ids_at=8,
    number=2,
)

TABLES: Mapping[str, Table] = {
    table.set_id: table for table in (_SHIPMENT, _CHANGE, _ORDER, _RESPONSE, _STOCK, _PARCELS)
}
"""Every table by its set, those with the most particular headings first."""
ASKED_FOR = frozenset({PARCELS})
"""Tables that no headings alone make: they are read so only where it is asked for."""
WRITTEN = ("order", "change")
COLUMNS = tuple(dict.fromkeys(name for table in TABLES.values() for name in table.columns))
PEOPLE = frozenset({*_TO, "slip_message", "gift_message", "instructions", "personalization"})
"""Columns in which the words of people stand."""
