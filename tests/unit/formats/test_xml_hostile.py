"""XML that is sent to hurt: refused before anything is opened, followed or unfolded."""

import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hub.domain.exchange import Node
from hub.errors import Malformed
from hub.formats import xml
from tests.unit.formats.xmls import SPACE, document, profile, tree

LAUGHS = (
    '<!DOCTYPE a [<!ENTITY l0 "lol">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    + "]><a>&l9;</a>"
)
DOCTYPES = {
    "a file": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "an address": '<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]><a>&x;</a>',
    "a parameter": '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]><a/>',
    "a DTD": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
    "a public DTD": '<!DOCTYPE a PUBLIC "-//X//Y" "file:///etc/passwd"><a/>',
    "laughs": LAUGHS,
    "a long entity often": f'<!DOCTYPE a [<!ENTITY x "{"y" * 50_000}">]><a>{"&x;" * 50_000}</a>',
    "nothing": "<!DOCTYPE a><a/>",
    "behind a comment": '<?xml version="1.0"?><!-- c --> <!DOCTYPE a [<!ELEMENT a ANY>]><a/>',
    "of cXML": '<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.063/cXML.dtd"><cXML/>',
}


def _refusal(body: bytes, page: xml.Config | None = None) -> tuple[str, str]:
    with pytest.raises(Malformed) as caught:
        document(body, page)
    [problem] = caught.value.problems
    return problem.code, problem.text


@pytest.mark.parametrize("name", DOCTYPES)
def test_every_document_type_is_refused_outright(name):
    code, text = _refusal(DOCTYPES[name].encode())
    assert code == "xml-doctype"
    assert text.startswith("DTD not allowed")


def test_an_entity_that_unfolds_costs_nothing():
    before = resource.getrusage(resource.RUSAGE_SELF)
    for _ in range(20):
        _refusal(LAUGHS.encode())
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert after.ru_utime - before.ru_utime < 1.0
    assert after.ru_maxrss - before.ru_maxrss < 4 * 1024


@pytest.mark.parametrize("body", ["<a>&x;</a>", '<a b="&x;"/>', "<a>&#0;</a>", "<a>&#xD800;</a>"])
def test_an_entity_that_nobody_declared_is_never_an_empty_value(body):
    code, _ = _refusal(body.encode())
    assert code in ("xml-entity", "xml-not-well-formed")


def test_what_is_deep_wide_or_long_is_refused_at_its_cap():
    assert _refusal(b"<a>" * 300)[0] == "xml-too-deep"
    assert _refusal(b"<a>" * 257 + b"</a>" * 257)[0] == "xml-too-deep"
    assert document(b"<a>" * 256 + b"</a>" * 256).problems == ()
    wide = " ".join(f'b{n}=""' for n in range(257))
    assert _refusal(f"<a {wide}/>".encode())[0] == "xml-attributes"
    many = b"<a>" + b"<b/>" * 20 + b"</a>"
    assert _refusal(many, profile(limits={"max_elements": 20}))[0] == "xml-elements"
    assert document(many, profile(limits={"max_elements": 21})).problems == ()
    assert _refusal(b"<a>" + b"x" * 5000 + b"</a>", profile(limits={"max_bytes": 2048})) == (
        "xml-too-large",
        "the file has more than 2048 bytes; raise `limits.max_bytes` if that is right",
    )


@pytest.mark.parametrize(
    "body",
    [
        b'<a b="' + b"x" * 11_000_000 + b'"/>',
        b"<a>" + b"x" * 11_000_000 + b"</a>",
        b"<a><![CDATA[" + b"x" * 11_000_000 + b"]]></a>",
        b"<a><!--" + b"x" * 11_000_000 + b"--></a>",
        b"<" + b"x" * 11_000_000 + b"/>",
    ],
    ids=["attribute", "text", "cdata", "comment", "name"],
)
def test_eleven_megabytes_without_a_tag_are_given_up_on(body):
    assert _refusal(body)[0] == "xml-too-long"


def test_long_text_below_the_cap_is_read_whole():
    words = "x" * 5_000_000
    for body in (f"<a>{words}</a>", f"<a><![CDATA[{words}]]></a>", f'<a b="{words[:900_000]}"/>'):
        found = tree(body.encode())
        assert len(found.text) == 5_000_000 or found.attributes == (("b", words[:900_000]),)


def test_no_page_can_raise_the_depth_or_the_length_of_text():
    for key, value in (("max_depth", 257), ("max_text", 11 * 1024 * 1024)):
        with pytest.raises(ValueError, match=key):
            profile(limits={key: value})


@pytest.mark.parametrize("name", ["$urn:a", "urn:a b", "http://[1", "%zz"])
def test_a_namespace_that_the_schemas_parser_would_fall_over_is_refused_with_its_place(name):
    with pytest.raises(Malformed) as caught:
        document(f'<a>\n <b xmlns="{name}"/></a>'.encode())
    [problem] = caught.value.problems
    assert problem.code == "xml-namespace"
    assert name in problem.text
    assert problem.where is not None
    assert problem.where.path == "line 2"


def test_an_include_of_xinclude_is_an_element_like_any_other():
    body = (
        b'<a xmlns:xi="http://www.w3.org/2001/XInclude">'
        b'<xi:include href="file:///etc/passwd" parse="text"/></a>'
    )
    include = Node(
        name="{http://www.w3.org/2001/XInclude}include",
        attributes=(("href", "file:///etc/passwd"), ("parse", "text")),
    )
    assert tree(body) == Node(name="a", children=(include,))


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?><a/>',
        b"<a><?php echo 1 ?></a>",
        b"<a/><?end?>",
    ],
)
def test_processing_instructions_are_refused(body):
    assert _refusal(body)[0] == "xml-instruction"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ('<?xml version="1.0" encoding="UTF-8"?><a/>'.encode("utf-16"), "UTF-16 (little endian)"),
        ('<?xml version="1.0" encoding="UTF-8"?><a/>'.encode("utf-16-be"), "UTF-16 (big endian)"),
        ('<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"), "UTF-16"),
        ('<?xml version="1.0"?><a/>'.encode("utf-32"), "UTF-32"),
        ('<?xml version="1.0"?><a/>'.encode("cp037"), "EBCDIC"),
        (b'<?xml version="1.0" encoding="UTF-7"?><a>+ADw-b/+AD4-</a>', "UTF-7"),
        (b"+ADw-a/+AD4-", "UTF-7"),
        (b'<?xml version="1.0" encoding="UTF-16"?><a/>', "UTF-16"),
        (b'<?xml version="1.0" encoding="x-evil"?><a/>', "x-evil"),
    ],
)
def test_other_encodings_are_refused_and_named(body, named):
    code, text = _refusal(body)
    assert (code, named in text) == ("xml-encoding", True)
    assert "UTF-8" in text


def test_bytes_of_another_encoding_than_the_declared_one_are_refused_with_their_place():
    body = b'<?xml version="1.0" encoding="UTF-8"?>\n<a>\xe9</a>'
    with pytest.raises(Malformed) as caught:
        document(body)
    assert caught.value.problems[0].where.offset == body.index(b"\xe9")


_CHILD = """
import os, sys
from hub.errors import Malformed
from hub.formats import xml
from tests.unit.formats.test_xml_hostile import hostile
from tests.unit.formats.xmls import document, profile, tree
page = profile(schemas={"Order": "nordic/trade.xsd"})
def all_of_them():
    for body in hostile():
        for one in (page, None):
            try:
                document(body, one)
                tree(body, one)
            except Malformed:
                pass
all_of_them()  # what Python loads by itself is loaded now
try: os.stat("/marker-begin")
except OSError: pass
all_of_them()
try: os.stat("/marker-end")
except OSError: pass
"""


def hostile() -> list[bytes]:
    """Every file that names something elsewhere."""
    hints = (
        f'<Order xmlns="{SPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="{SPACE} http://127.0.0.1:9/a.xsd" '
        'xsi:noNamespaceSchemaLocation="file:///etc/passwd"><Number>1</Number></Order>'
    )
    include = '<a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="/etc/passwd"/></a>'
    sheet = '<?xml-stylesheet href="http://127.0.0.1:9/x.xsl" type="text/xsl"?><a/>'
    return [each.encode() for each in (*DOCTYPES.values(), hints, include, sheet)]


def test_not_one_file_and_not_one_connection_is_opened(tmp_path: Path):
    strace = shutil.which("strace")
    assert strace, "strace is not installed: apt-get install strace"
    trace = tmp_path / "trace"
    words = [strace, "-f", "-o", str(trace), "-e", "trace=%file,%network", sys.executable, "-c"]
    subprocess.run([*words, _CHILD], check=True, cwd=Path(__file__).parents[3], timeout=120)
    lines = trace.read_text().splitlines()
    marks = [number for number, line in enumerate(lines) if "/marker-" in line]
    assert len(marks) == 2
    between = [
        line for line in lines[marks[0] + 1 : marks[1]] if not re.search(r"---|\+\+\+", line)
    ]
    assert between == []
