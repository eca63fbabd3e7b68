"""The desk: operators and clerks in one house, each with the doors that their role may open."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from hub.access import Action, House
from hub.flow.parts import Parts
from hub.ops.codes import catalogue
from portal.web.admin import doors as keeping
from portal.web.admin.brands import Logos
from portal.web.clerk import doors as clerks
from portal.web.desk.cases import Cases
from portal.web.desk.naming import Naming
from portal.web.desk.overview import Overview
from portal.web.desk.papers import Papers
from portal.web.desk.watching import Watching
from portal.web.entrance import account
from portal.web.ground.porch import Door, Place, Porch
from portal.web.reference.pages import Document

LARGEST_PAPER = 1024 * 1024  # bytes of a paper that is corrected by hand
LARGEST_TRIAL = 5 * 1024 * 1024  # bytes of a file on the bench
_PAPERS, _MEND = Action.READ_DOCUMENTS, Action.RERUN_DOCUMENT


def porch(parts: Parts, hosts: Sequence[str], networks: Sequence[str]) -> Porch:
    """Return the house with its menu; only these networks may ask."""
    places = (
        Place(path="/", label="Overview", needs=_PAPERS),
        *clerks.MENU,
        Place(path="/exceptions", label="Exceptions", needs=Action.READ_DESK),
        Place(path="/documents", label="Documents", needs=_PAPERS),
        Place(path="/parked", label="Parked", needs=_PAPERS),
        Place(path="/due", label="Answers due", needs=_PAPERS),
        Place(path="/partners", label="Partners", needs=_PAPERS),
        Place(path="/reports", label="Figures", needs=Action.READ_REPORTS),
        *keeping.MENU,
    )
    return Porch(
        house=House.DESK,
        parts=parts,
        hosts=hosts,
        title="Hub desk",
        menu=places,
        networks=networks,
        codes=catalogue(parts.formats),
    )


def doors(
    house: Porch,
    document: Document = dict,
    logos: Logos | None = None,
    brand_folder: Path | None = None,
    pictures: Mapping[str, Path] | None = None,
) -> list[Door]:
    """Return every door behind the sign-in.

    `document` is the API's own description, `logos` are the brands', `pictures` the folders of
    their articles', `brand_folder` is where their pages may be published to.
    """
    return [
        *_looking(house),
        *_mending(house),
        *clerks.doors(house),
        *keeping.doors(house, document, logos or {}, brand_folder, pictures or {}),
        *account.doors(house),
    ]


def _looking(house: Porch) -> list[Door]:
    first, papers, watching = Overview(house), Papers(house), Watching(house)
    looks = {
        "/": (Action.READ_DESK, first.first),
        "/documents": (_PAPERS, papers.listed),
        "/documents/{id}": (_PAPERS, papers.one),
        "/documents/{id}/edit": (_MEND, papers.edit_form),
        "/documents/{id}/bytes": (_MEND, papers.given),
        "/parked": (_PAPERS, papers.parked),
        "/parked/{id}": (_PAPERS, papers.cause),
        "/due": (_PAPERS, watching.due),
        "/exceptions": (Action.READ_DESK, watching.queue),
        "/exceptions/{id}": (Action.READ_DESK, watching.card),
        "/partners": (_PAPERS, watching.partners),
        "/partners/{id}": (_PAPERS, watching.partner),
        "/partners/{id}/names": (_MEND, Naming(house).form),
        "/reports": (Action.READ_REPORTS, watching.reports),
        "/reports/{name}.csv": (Action.READ_REPORTS, watching.csv),
    }
    return [
        Door(method="GET", path="/live", needs=_PAPERS, endpoint=first.live, by_itself=True),
        *(
            Door(method="GET", path=path, needs=needs, endpoint=endpoint)
            for path, (needs, endpoint) in looks.items()
        ),
    ]


def _mending(house: Porch) -> list[Door]:
    papers, watching, naming = Papers(house), Watching(house), Naming(house)
    cases = Cases(house)
    posts = {
        "/documents/{id}/rerun": (_MEND, papers.rerun),
        "/documents/{id}/send": (_MEND, papers.send),
        "/documents/{id}/ignore": (_MEND, papers.ignore),
        "/parked/{id}": (_MEND, papers.rerun_cause),
        "/exceptions/{id}": (Action.SETTLE_EXCEPTION, watching.settled),
        "/exceptions/{id}/remedy": (_MEND, watching.remedied),
        "/exceptions/{id}/take": (Action.SETTLE_EXCEPTION, cases.take),
        "/exceptions/{id}/give-back": (Action.SETTLE_EXCEPTION, cases.give_back),
        "/lanes": (_MEND, watching.resume),
        "/partners/{id}/names": (_MEND, naming.say),
        "/partners/{id}/names/forget": (_MEND, naming.forget),
        "/partners/{id}/own": (_MEND, watching.own),
    }
    return [
        *(
            Door(method="POST", path=path, needs=needs, endpoint=endpoint)
            for path, (needs, endpoint) in posts.items()
        ),
        Door(
            method="POST",
            path="/documents/{id}/edit",
            needs=_MEND,
            endpoint=papers.edit,
            largest=LARGEST_PAPER,
        ),
        Door(
            method="POST",
            path="/partners/{id}",
            needs=_MEND,
            endpoint=watching.try_file,
            largest=LARGEST_TRIAL,
            takes_file=True,
        ),
    ]
