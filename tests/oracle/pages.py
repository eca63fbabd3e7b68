"""The hand-written pages of `maps/`, put together into the maps pyx12 walks.

pyx12 wants every segment spelled out at every place; the pages spell each segment once
(`segments.xml`) and name it where it stands. Order on the page is order in the standard.
The pages tell 004010; what every 005010 envelope and element has other is told here.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element

from pyx12.map_if import map_if
from pyx12.map_index import map_index
from pyx12.params import ParamsBase

MAPS = Path(__file__).parent / "maps"
CONTROL = "x12.control.00401.xml"
RELEASES = ("00401", "00501")
LENGTHS_005010 = {
    "127": (1, 50), "145": (1, 50), "207": (1, 15), "364": (1, 256), "719": (1, 10), "1000": (2, 3),
    "1035": (1, 60), "1036": (1, 35), "1321": (2, 3), "1551": (1, 4096),
}  # fmt: skip
"""Elements with other lengths in 005010 than in 004010: shortest and longest."""


@cache
def control_map(version: str) -> map_if:
    """Build the map of an interchange of an ISA12 without sets (TA1 only)."""
    return _compiled("", version)


def set_map(*, version: str, release: str, group: str) -> map_if | None:
    """Find the map for a group by ISA12, GS08 and GS01; None when the judge has no page for it."""
    page = _index().get_filename(version, release, group)
    return None if page is None else _compiled(page, version)


@cache
def _index() -> map_index:
    return map_index(str(MAPS))


@cache
def _compiled(page: str, version: str) -> map_if:
    root = _read(CONTROL)
    group_loop = root.find("./loop/loop[@xid='GS_LOOP']")
    assert group_loop is not None
    if page:
        _place_set(group_loop, _read(page))
    else:
        group_loop.remove(_mark(group_loop))
    _number(root)
    if version != "00401":
        _renew_header(root, version)
    compiled = map_if(root, _parameters(), str(MAPS))
    if version != "00401":
        _lengthen(compiled)
    return compiled


def _renew_header(root: Element, version: str) -> None:
    """ISA11 is a separator from 00402 on, any character; ISA12 is the version itself."""
    header = root.find("./loop/segment[@xid='ISA']")
    assert header is not None
    for codes in header[10].findall("valid_codes"):
        header[10].remove(codes)
    header[10].set("data_ele", "I15")
    _only(header[11], version)


def _lengthen(compiled: map_if) -> None:
    known = compiled.data_elements.dataele
    for number, (least, most) in LENGTHS_005010.items():
        if number in known:
            known[number]["min_len"], known[number]["max_len"] = least, most


def _parameters() -> ParamsBase:
    parameters = ParamsBase()
    parameters.set("charset", "E")
    return parameters


def _place_set(group_loop: Element, page: Element) -> None:
    shapes = {shape.get("name", ""): shape for shape in page.findall("shape")}
    for shape in shapes.values():
        page.remove(shape)
    body = _segment("ST", only=f"1:{page.get('xid')}")
    loop = Element("loop", xid="ST_LOOP", usage="R", repeat=">1")
    loop.extend([body, *_unfolded(page, shapes), _segment("SE")])
    mark = _mark(group_loop)
    place = list(group_loop).index(mark)
    group_loop.remove(mark)
    group_loop.insert(place, loop)
    header = group_loop.find("./segment[@xid='GS']")
    assert header is not None
    header.set("only", f"1:{page.get('group')}")


def _unfolded(parent: Element, shapes: dict[str, Element]) -> list[Element]:
    """Copy a loop's children, with every `<use shape=…/>` replaced by what it names."""
    children: list[Element] = []
    for child in parent:
        if child.tag == "use":
            children += _unfolded(shapes[child.get("shape", "")], shapes)
        else:
            copy = Element(child.tag, dict(child.attrib))
            copy.extend(_unfolded(child, shapes))
            children.append(copy)
    return children


def _number(loop: Element) -> None:
    """Give every child its place and every segment its elements, all the way down."""
    place = 0
    for child in loop:
        place += 0 if child.get("beside") else 10
        child.set("pos", f"{place:03d}")
        child.set("usage", child.get("usage", "S"))
        if child.tag == "loop":
            _number(child)
        else:
            child.set("max_use", child.get("max_use", "1"))
            _spell(child)


def _spell(segment: Element) -> None:
    tag = segment.get("xid", "")
    defined = _definitions()[tag]
    segment.set("name", defined.get("name", tag))
    segment.extend(_elements(tag, defined, width=2))
    for note in defined.get("syntax", "").split():
        ElementTree.SubElement(segment, "syntax").text = note
    place, _, code = segment.get("only", "").partition(":")
    if place:
        _only(segment[int(place) - 1], code)


def _elements(owner: str, defined: Element, *, width: int) -> list[Element]:
    return [
        _element(f"{owner}{'-' if '-' in owner else ''}{place:0{width}d}", place, number)
        for place, number in enumerate(defined.get("elements", "").split(), 1)
    ]


def _element(reference: str, place: int, number: str) -> Element:
    usage = "R" if number.endswith("!") else "S"
    number = number.rstrip("!")
    attributes = {"xid": reference, "seq": f"{place:02d}", "usage": usage, "data_ele": number}
    if number.startswith("C"):
        composite = Element("composite", attributes, name=number)
        parts = _definitions()[number].get("elements", "").split()
        composite.extend(_element(f"{reference}-{n}", n, part) for n, part in enumerate(parts, 1))
        return composite
    element = Element("element", attributes, name=_names()[number])
    if number in _coded():
        ElementTree.SubElement(element, "valid_codes", external=number)
    return element


def _only(element: Element, code: str) -> None:
    """Allow one code at this place; pyx12 also finds the loop by it."""
    for codes in element.findall("valid_codes"):
        element.remove(codes)
    codes = ElementTree.SubElement(element, "valid_codes")
    ElementTree.SubElement(codes, "code").text = code


def _segment(tag: str, *, only: str = "") -> Element:
    segment = Element("segment", xid=tag, usage="R")
    if only:
        segment.set("only", only)
    return segment


def _mark(group_loop: Element) -> Element:
    mark = group_loop.find("set")
    assert mark is not None
    return mark


@cache
def _definitions() -> dict[str, Element]:
    return {defined.get("xid", ""): defined for defined in _read("segments.xml")}


@cache
def _names() -> dict[str, str]:
    return {row.get("ele_num", ""): row.get("name", "") for row in _read("dataele.xml")}


@cache
def _coded() -> frozenset[str]:
    return frozenset(row.findtext("id", "") for row in _read("codes.xml"))


def _read(name: str) -> Element:
    return ElementTree.parse(MAPS / name).getroot()
