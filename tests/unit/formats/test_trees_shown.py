"""Trees on a screen: cut into lines, the wrong ones marked where the problem's byte is."""

from hub.domain.exchange import Problem, Where
from hub.formats import xml
from hub.ops.places import pieces
from tests.unit.formats.xmls import ORDER, document, profile


def test_xml_is_shown_line_by_line_with_its_problems():
    bad = ORDER.replace(b"2026-11-26", b"soon")
    found = document(bad, profile(schemas={"Order": "nordic/trade.xsd"}))
    cut = pieces(bad, start=0, syntax=found.syntax, problems=found.problems)
    assert [piece.text for piece in cut] == bad.decode().splitlines()
    assert [piece.number for piece in cut if piece.flaws] == [4]
    assert all(bad[piece.offset :].decode().startswith(piece.text) for piece in cut)


def test_a_tree_of_one_line_is_cut_between_its_elements():
    names = [f"<Line{n}>{n}</Line{n}>" for n in range(40)]
    body = f"<Order>{''.join(names)}</Order>".encode()
    at = body.index(b"<Line7>")
    problem = Problem(code="x", text="y", where=Where(offset=at))
    cut = pieces(body, start=900, syntax=document(body).syntax, problems=[problem])
    assert not any(piece.flaws for piece in cut)
    cut = pieces(body, start=0, syntax="", problems=[problem])
    assert [piece.text for piece in cut if piece.flaws] == ["<Line7>7</Line7>"]
    assert "".join(piece.text for piece in cut) == body.decode()


def test_json_of_one_line_is_cut_between_its_members():
    body = (
        '{"lines":[' + ",".join(f'{{"sku":"S-{n}","qty":{n}}}' for n in range(20)) + "]}"
    ).encode()
    cut = pieces(body, start=0, syntax="", problems=[])
    assert "".join(piece.text for piece in cut) == body.decode()
    assert max(len(piece.text) for piece in cut) < 30
    assert all(body[piece.offset :].startswith(piece.text.encode()) for piece in cut)


def test_the_secret_of_an_envelope_is_stars_of_the_same_length():
    body = b"<a><SharedSecret>let-me-in</SharedSecret><SharedSecret >x</SharedSecret></a>"
    assert xml.masked(body) == (
        b"<a><SharedSecret>*********</SharedSecret><SharedSecret >*</SharedSecret></a>"
    )
