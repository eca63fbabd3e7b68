"""A small house XML with its schema, and how its files are split and read in tests."""

import io

from hub.domain.exchange import Document, Node, SplitInterchange
from hub.formats import xml

SPACE = "urn:example:nordic:1"
SCHEMA = f"""<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{SPACE}"
           targetNamespace="{SPACE}" elementFormDefault="qualified">
  <xs:include schemaLocation="parts/words.xsd"/>
  <xs:element name="Order">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="Number" type="Word"/>
        <xs:element name="Date" type="xs:date"/>
        <xs:element name="ShipTo" minOccurs="0">
          <xs:complexType>
            <xs:sequence><xs:element name="Name" type="Word"/></xs:sequence>
          </xs:complexType>
        </xs:element>
        <xs:element name="Line" maxOccurs="unbounded">
          <xs:complexType>
            <xs:sequence>
              <xs:element name="Sku" type="Word"/>
              <xs:element name="Quantity" type="xs:positiveInteger"/>
            </xs:sequence>
            <xs:attribute name="no" type="xs:integer" use="required"/>
          </xs:complexType>
        </xs:element>
      </xs:sequence>
      <xs:attribute name="version" type="Version"/>
    </xs:complexType>
  </xs:element>
</xs:schema>
"""
WORDS = f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{SPACE}" targetNamespace="{SPACE}">
  <xs:simpleType name="Word">
    <xs:restriction base="xs:token">
      <xs:minLength value="1"/><xs:maxLength value="20"/>
    </xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="Version">
    <xs:restriction base="xs:token">
      <xs:enumeration value="1.0"/><xs:enumeration value="1.1"/>
    </xs:restriction>
  </xs:simpleType>
</xs:schema>
"""
TEXTS = {"nordic/trade.xsd": SCHEMA, "nordic/parts/words.xsd": WORDS}

ORDER = f"""<?xml version="1.0" encoding="UTF-8"?>
<Order xmlns="{SPACE}" version="1.0">
  <Number>PO-1</Number>
  <Date>2026-11-26</Date>
  <Line no="1"><Sku>A-1</Sku><Quantity>2</Quantity></Line>
  <Line no="2"><Sku>Ä-2</Sku><Quantity>1</Quantity></Line>
</Order>
""".encode()


def profile(**keys: object) -> xml.Config:
    """Return a profile that knows the schema; `schemas` has to ask for it."""
    return xml.configured(TEXTS).model_validate(keys)


def split(body: bytes, page: xml.Config | None = None) -> SplitInterchange:
    """Return the only interchange of a file."""
    [found] = xml.split(io.BytesIO(body), profile=page or profile())
    return found


def document(body: bytes, page: xml.Config | None = None) -> Document:
    """Return the only document of a file."""
    [group] = split(body, page).groups
    [found] = group.documents
    return found


def tree(body: bytes, page: xml.Config | None = None) -> Node:
    """Return the tree of a file."""
    found = document(body, page)
    return xml.read(body[found.offset : found.offset + found.length], document=found)
