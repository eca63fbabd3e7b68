"""The clerks' doors, in the house of those who run the shop."""

from hub.access import Action
from portal.web.clerk.changes import Changes
from portal.web.clerk.mails import Mails
from portal.web.clerk.orders import Orders
from portal.web.clerk.orders_new import NewOrders
from portal.web.ground.porch import Door, Place, Porch

MENU = (
    Place(path="/orders", label="Orders", needs=Action.READ_ORDER),
    Place(path="/new", label="New order", needs=Action.PLACE_ORDER),
)
_CANCEL, _CHANGE = Action.CANCEL_ORDER, Action.CHANGE_ORDER


def doors(house: Porch) -> list[Door]:
    """Return every door to orders."""
    orders, changes, fresh = Orders(house), Changes(house), NewOrders(house)
    mails = Mails(house)
    one = "/orders/{brand}/{number}"
    return [
        Door(method="GET", path="/orders", needs=Action.READ_ORDER, endpoint=orders.found),
        Door(method="GET", path="/search", needs=Action.READ_ORDER, endpoint=orders.found),
        Door(method="GET", path=one, needs=Action.READ_ORDER, endpoint=orders.one),
        Door(method="POST", path=f"{one}/notes", needs=Action.CHANGE_ORDER, endpoint=orders.note),
        Door(method="POST", path=f"{one}/flags", needs=_CHANGE, endpoint=orders.flags),
        Door(method="POST", path=f"{one}/link", needs=Action.LINK_ORDER, endpoint=orders.link),
        Door(method="GET", path=f"{one}/cancel", needs=_CANCEL, endpoint=changes.cancel_form),
        Door(method="POST", path=f"{one}/cancel", needs=_CANCEL, endpoint=changes.cancel),
        Door(method="GET", path=f"{one}/change", needs=_CHANGE, endpoint=changes.change_form),
        Door(method="POST", path=f"{one}/change", needs=_CHANGE, endpoint=changes.change),
        Door(
            method="GET",
            path=f"{one}/outcome/{{once}}",
            needs=Action.READ_ORDER,
            endpoint=changes.outcome,
        ),
        Door(method="GET", path=f"{one}/mail/{{kind}}", needs=_CHANGE, endpoint=mails.preview),
        Door(method="POST", path=f"{one}/mail/{{kind}}", needs=_CHANGE, endpoint=mails.send),
        Door(method="GET", path="/new", needs=Action.PLACE_ORDER, endpoint=fresh.begin),
        Door(method="GET", path="/new/{once}", needs=Action.PLACE_ORDER, endpoint=fresh.form),
        Door(
            method="POST",
            path="/new/{once}",
            needs=Action.PLACE_ORDER,
            endpoint=fresh.post,
            keeps=True,
        ),
    ]
