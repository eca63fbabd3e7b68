"""Money in a paper's business view is written as people write it, in its purchase order's money."""

import pytest

from hub.ops.desk.business import _amount
from hub.ops.desk.document import document
from hub.ops.desk.documents import documents
from tests.rigs.houses import House, post, shopping


@pytest.mark.parametrize(
    ("minor", "finer", "currency", "text"),
    [
        (3400, 0, "USD", "34.00 USD"),
        (12, 3400, "USD", "0.1234 USD"),
        (-5, 0, "USD", "-0.05 USD"),
        (300, 5000, "JPY", "300.5 JPY"),
        (1234, 1, "BHD", "1.2340001 BHD"),
        (3400, 0, "", "34.00"),
    ],
)
def test_an_amount_is_written_with_its_currencys_decimals(
    minor: int, finer: int, currency: str, text: str
) -> None:
    assert _amount(minor, finer, currency) == text


def test_an_invoice_that_names_no_currency_is_in_that_of_its_purchase_order(house: House) -> None:
    post(house, shopping("1001", 2))
    house.turn()
    acme = house.suppliers["acme"]
    (order,) = acme.purchase_orders()
    acme.send("810", acme.invoice(order))
    house.turn()
    (row,) = documents(house.parts, set_id="810").rows
    said = [field for section in document(house.parts, row.id).business for field in section.rows]
    assert {field.value for field in said if field.label == "Total"} == {"8.00 USD"}
    assert {field.value for field in said if field.label == "Price"} == {"4.00 USD"}
    assert not [field for field in said if field.label == "Price rest"]
