"""810: kept, held against what was asked for and shipped, and what differs waits for a person."""

from hub.domain.exchange import DocumentState
from hub.ops.invoices import listed, story
from tests.fakes import Ordered, Supplier
from tests.rigs.houses import House, post, shopping


def ordered(house: House, *quantities: int) -> tuple[Supplier, Ordered]:
    post(house, shopping("1001", *(quantities or (2,))))
    house.turn()
    acme = house.suppliers["acme"]
    (order,) = acme.purchase_orders()
    return acme, order


def state_of(house: House, set_id: str) -> list[DocumentState]:
    with house.parts.store.read() as tx:
        rows = tx.exchange.documents_page(
            partner="acme", set_id=set_id, state=None, limit=10, before=None
        )
    return [row.state for row in rows]


def test_an_invoice_that_fits_is_kept_and_told_nobody(house: House) -> None:
    acme, order = ordered(house, 2, 1)
    acme.send("856", acme.notice(order))
    acme.send("810", acme.invoice(order))
    house.turn()
    (row,) = listed(house.parts, limit=10)
    assert (row.invoice, row.total, row.differs) == (f"I{order.number}", 1200, False)
    assert state_of(house, "810") == [DocumentState.APPLIED]
    assert house.exceptions() == []


def test_what_differs_is_one_exception_with_every_difference(house: House) -> None:
    acme, order = ordered(house, 2, 1)
    acme.send("856", acme.notice(order))
    acme.send("810", acme.invoice(order, price="4.50", quantities={"1": 3}, total=99999))
    house.turn()
    assert house.exceptions() == ["invoice-differs"]
    (told,) = story(house.parts, order.number)
    codes = sorted(problem.code for problem in told.differences)
    assert codes == ["invoice-price", "invoice-price", "invoice-quantity", "invoice-total"]
    assert [(line.asked, line.shipped, line.invoiced) for line in told.lines] == [
        (2, 2, 3),
        (1, 1, 1),
    ]


def test_an_invoice_before_its_ship_notice_fits_when_the_notice_comes(house: House) -> None:
    acme, order = ordered(house)
    acme.send("810", acme.invoice(order))
    house.turn()
    assert house.exceptions() == ["invoice-differs"]
    acme.send("856", acme.notice(order))
    house.turn()
    assert house.exceptions() == []
    assert listed(house.parts, limit=10)[0].differs is False


def test_the_same_invoice_in_another_envelope_counts_once(house: House) -> None:
    acme, order = ordered(house)
    acme.send("856", acme.notice(order))
    acme.send("810", acme.invoice(order))
    acme.send("810", acme.invoice(order), name="again.edi")
    house.turn()
    assert len(listed(house.parts, limit=10)) == 1
    assert state_of(house, "810") == [DocumentState.APPLIED] * 2


def test_other_contents_under_a_known_number_are_not_used_unless_they_replace(house: House) -> None:
    acme, order = ordered(house)
    acme.send("856", acme.notice(order))
    acme.send("810", acme.invoice(order, price="5"))
    house.turn()
    acme.send("810", acme.invoice(order), name="b.edi")
    house.turn()
    assert sorted(house.exceptions()) == ["invoice-differs", "refused"]
    acme.send("810", acme.invoice(order, purpose="05"), name="c.edi")
    house.turn()
    assert house.exceptions() == ["refused"]
    states = {row.state: row.total for row in listed(house.parts, limit=10)}
    assert states == {"standing": 800, "replaced": 1000}


def test_an_invoice_for_nothing_we_asked_is_refused(house: House) -> None:
    acme, order = ordered(house)
    unknown = [row.replace(order.number, "JUN-NO-1") for row in acme.invoice(order)]
    acme.send("810", unknown)
    house.turn()
    assert state_of(house, "810") == [DocumentState.REFUSED]
    assert listed(house.parts, limit=10) == []
