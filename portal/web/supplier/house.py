"""The suppliers' house: its doors, and what each of its visitors must be allowed."""

from collections.abc import Sequence

from hub.access import Action, House
from hub.flow.parts import Parts
from portal.web.entrance import account
from portal.web.ground.porch import Door, Place, Porch
from portal.web.supplier.acts import Acts
from portal.web.supplier.grid import Grid
from portal.web.supplier.lists import Lists
from portal.web.supplier.more import more_doors, more_places
from portal.web.supplier.room import Room
from portal.web.supplier.slips import Logos
from portal.web.supplier.undoing import Undoing

_READ, _ACT = Action.READ_WORK, Action.ANSWER_WORK


def porch(parts: Parts, hosts: Sequence[str]) -> Porch:
    """Return the house with its menu."""
    places = (
        Place(path="/", label="Today", needs=_READ),
        Place(path="/orders", label="Orders", needs=_READ),
        Place(path="/ship", label="Ship many", needs=_ACT),
        *more_places(),
    )
    return Porch(house=House.PORTAL, parts=parts, hosts=hosts, title="Supplier portal", menu=places)


def doors(house: Porch, logos: Logos) -> list[Door]:
    """Return every door behind the sign-in; `logos` are the brands' for what is printed."""
    room, acts, grid, lists = Room(house), Acts(house), Grid(house), Lists(house)
    looks = {
        "/": room.today,
        "/orders.{ending}": lists.table,  # before the next, which would take it
        "/search": room.search,
        "/orders/{number}": room.order,
    }
    forms = {
        "/orders/{number}/answer": (acts.answer_form, acts.answer),
        "/orders/{number}/ship": (acts.ship_form, acts.ship),
        "/orders/{number}/correct": (acts.correct_form, acts.correct),
        "/orders": (lists.shown, lists.posted),
        "/ship": (grid.shown, grid.posted),
    }
    posts = {
        "/orders/views": lists.keep_view,
        "/orders/views/remove": lists.drop_view,
        "/undo": Undoing(house).posted,
        "/orders/{number}/confirm": acts.confirm,
        "/orders/{number}/change": acts.change,
        "/orders/{number}/undo-shipment": acts.undo_shipment,
        "/orders/{number}/undo-answer": acts.undo_answer,
    }
    return [
        *(Door(method="GET", path=path, needs=_READ, endpoint=one) for path, one in looks.items()),
        *(
            Door(method=method, path=path, needs=_ACT, endpoint=one, keeps=method == "POST")
            for path, both in forms.items()
            for method, one in zip(("GET", "POST"), both, strict=True)
        ),
        *(Door(method="POST", path=path, needs=_ACT, endpoint=one) for path, one in posts.items()),
        *more_doors(house, logos),
        *account.doors(house),
    ]
