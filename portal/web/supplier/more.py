"""The doors of what suppliers do now and then: tables, printing, stock, figures, settings."""

from hub.access import Action
from portal.web.ground.porch import Door, Place, Porch
from portal.web.supplier import correcting, upload
from portal.web.supplier.columns import Naming
from portal.web.supplier.firm import Firm
from portal.web.supplier.printing import Printing
from portal.web.supplier.scorecard import Scorecard
from portal.web.supplier.settings import Settings
from portal.web.supplier.slips import Logos
from portal.web.supplier.stock import Stock
from portal.web.supplier.upload import Uploads

_READ, _ACT, _STOCK = Action.READ_WORK, Action.ANSWER_WORK, Action.TELL_STOCK
_OWN, _PEOPLE = Action.KEEP_OWN_ACCOUNT, Action.KEEP_OWN_USERS


def more_places() -> tuple[Place, ...]:
    """Return the menu's entries of these pages."""
    return (
        Place(path="/upload", label="Upload", needs=_ACT),
        Place(path="/print", label="Print", needs=_READ),
        Place(path="/stock", label="Stock", needs=_STOCK),
        Place(path="/figures", label="Figures", needs=_READ),
        Place(path="/settings", label="Settings", needs=_OWN),
    )


def more_doors(house: Porch, logos: Logos) -> list[Door]:
    """Return the doors of these pages."""
    return [
        *_tables(house),
        *_paper(house, logos),
        *_stock(house),
        *_figures(house),
        *_settings(house),
    ]


def _paper(house: Porch, logos: Logos) -> list[Door]:
    printing = Printing(house, logos)
    looks = {
        "/print": printing.choose,
        "/print/slips": printing.slips,
        "/print/gifts": printing.gifts,
        "/print/picks": printing.pick_list,
        "/print/logo/{brand}": printing.logo,
        "/print/sheet/{name}": printing.sheet,
    }
    return [Door(method="GET", path=path, needs=_READ, endpoint=one) for path, one in looks.items()]


def _tables(house: Porch) -> list[Door]:
    tables, naming = Uploads(house), Naming(house)
    columns = "/upload/{upload}/columns"
    return [
        Door(method="GET", path="/upload", needs=_ACT, endpoint=tables.form),
        Door(
            method="POST",
            path="/upload",
            needs=_ACT,
            endpoint=tables.posted,
            largest=upload.LARGEST_FORM,
            takes_file=True,
        ),
        Door(method="GET", path="/upload/open.{ending}", needs=_ACT, endpoint=tables.open_lines),
        Door(method="POST", path="/upload/forget", needs=_ACT, endpoint=naming.forget),
        Door(method="GET", path=columns, needs=_ACT, endpoint=naming.form),
        Door(method="POST", path=columns, needs=_ACT, endpoint=naming.posted),
        Door(method="GET", path="/upload/{upload}", needs=_ACT, endpoint=tables.rows),
        Door(
            method="POST",
            path="/upload/{upload}",
            needs=_ACT,
            endpoint=tables.send,
            largest=correcting.LARGEST_FORM,
            keeps=True,
        ),
        Door(
            method="GET", path="/upload/{upload}/wrong.{ending}", needs=_ACT, endpoint=tables.wrong
        ),
        Door(method="POST", path="/upload/{upload}/undo", needs=_ACT, endpoint=tables.undo),
        Door(method="POST", path="/upload/{upload}/accept", needs=_STOCK, endpoint=tables.accept),
    ]


def _stock(house: Porch) -> list[Door]:
    stock = Stock(house)
    return [
        Door(method="GET", path="/stock", needs=_STOCK, endpoint=stock.shown),
        Door(method="POST", path="/stock", needs=_STOCK, endpoint=stock.posted, keeps=True),
        Door(method="POST", path="/stock/undo", needs=_STOCK, endpoint=stock.undo),
    ]


def _figures(house: Porch) -> list[Door]:
    card = Scorecard(house)
    looks = {
        "/figures": card.shown,
        "/figures/{measure}.csv": card.table,  # before the next, which would take it
        "/figures/{measure}": card.behind,
    }
    return [Door(method="GET", path=path, needs=_READ, endpoint=one) for path, one in looks.items()]


def _settings(house: Porch) -> list[Door]:
    settings = Settings(house)
    person = "/settings/people/{account}"
    posts = {
        f"{person}/again": settings.again,
        f"{person}/disable": settings.disable,
        f"{person}/enable": settings.enable,
        f"{person}/role": settings.role,
    }
    own = Firm(house.parts, settings.wrong)
    of_firm = {
        "/settings/zone": own.zone,
        "/settings/days": own.close,
        "/settings/days/open": own.open,
        "/settings/carriers": own.carriers,
        "/settings/channel": own.channel,
    }
    return [
        Door(method="GET", path="/settings", needs=_OWN, endpoint=settings.shown),
        Door(method="POST", path="/settings/notice", needs=_OWN, endpoint=settings.notice),
        Door(method="GET", path="/settings/people", needs=_PEOPLE, endpoint=settings.people),
        Door(
            method="POST",
            path="/settings/people",
            needs=_PEOPLE,
            endpoint=settings.invite,
            keeps=True,
        ),
        *(
            Door(method="POST", path=path, needs=_PEOPLE, endpoint=one)
            for path, one in posts.items()
        ),
        *(
            Door(method="POST", path=path, needs=Action.KEEP_OWN_FIRM, endpoint=one)
            for path, one in of_firm.items()
        ),
    ]
