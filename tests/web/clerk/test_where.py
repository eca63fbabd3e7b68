"""While an order is typed, who would fill each row and by when is shown; nothing is reserved."""

import re

from hub.domain.catalog import Item
from tests.web.clerk.rig import Office, fields_of, new_order, pressed
from tests.web.clerk.test_new import CALL


def test_each_row_of_each_address_says_its_partner_and_day_before_the_order_is_whole(
    each_office: Office,
) -> None:
    clerk = each_office.browser()
    page = pressed(clerk, new_order(clerk), {"do": "group"})
    typed = {"g1-1": "SKU-1", "g1-1-units": "2", "g2-1": "SKU-3", "g2-1-units": "1"}
    answer = pressed(clerk, page, {**typed, "do": "where"})
    assert answer.status_code == 200
    found = re.findall(r'<p class="hint">(\d) from (\w+), ships by ([^<]+)</p>', answer.text)
    assert [(units, partner) for units, partner, _ in found] == [("2", "Acme"), ("1", "Acme")]
    assert fields_of(answer)["g2-1"] == "SKU-3"
    with each_office.house.parts.store.read() as tx:
        assert not any(tx.reservations.of({"SKU-1", "SKU-3"}).values())


def test_what_nobody_fills_is_told_with_the_reason(office: Office) -> None:
    lonely = Item(sku="LONELY", title="A lamp that nobody sells")
    office.house.parts.store.write(lambda tx: tx.catalog.put([lonely], []))
    clerk = office.browser()
    typed = {"g1-1": "LONELY", "g1-1-units": "3", "g1-2": "none", "g1-2-units": "x"}
    answer = pressed(clerk, new_order(clerk), {**typed, "do": "where"})
    assert answer.status_code == 200
    assert '<span class="chip bad">3 from nobody</span>' in answer.text
    assert answer.text.count('<div role="status">') == 1  # of the other row nothing is known
    empty = pressed(clerk, new_order(clerk), {"do": "where"})
    assert "Name an article and its units first" in empty.text


def test_the_order_that_is_shown_says_where_its_rows_come_from(office: Office) -> None:
    clerk = office.browser()
    answer = pressed(clerk, new_order(clerk), {**CALL, "do": "look"})
    assert "This is the order" in answer.text and "2 from Acme" in answer.text
