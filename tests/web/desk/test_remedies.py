"""What an exception names as the next step is a button beside it, and does just that."""

from hub.access import Role
from hub.domain.facts import Duty, DutyKind, Stuck
from hub.domain.names import at_moment
from hub.flow.pageless import look_after
from hub.ops.desk.remedies import Remedy, offered
from tests.rigs.houses import House
from tests.web.clerk.rig import Office, office
from tests.web.portal.rig import Browser, seal_of

__all__ = ["office"]


def _paused(house: House, lane: str) -> str:
    """Pause a lane as a failing wire does; return the exception that tells of it."""
    now = house.parts.now()
    stuck = Stuck(
        hold=f"lane:{lane}",
        kind="wire",
        text=f"{lane} cannot be reached.",
        next_step=f"When you have put it right: `hub lane resume {lane}`.",
    )

    def work(tx) -> str:
        tx.duties.open_lane(lane)
        tx.duties.pause(lane=lane, until=now.replace(year=now.year + 1), reason="it is down")
        tx.exceptions.open(stuck, at=now, names=at_moment(lane, now))
        return next(row.id for row in tx.exceptions.page(open_only=True, limit=9))

    return house.parts.store.write(work)


def _post(browser: Browser, path: str, **fields: str) -> int:
    seal = seal_of(browser.get("/account").text)
    return browser.post(path, {"seal": seal, **fields}).status_code


def _is_paused(house: House, lane: str) -> bool:
    with house.parts.store.read() as tx:
        return any(row.name == lane and row.paused for row in tx.duties.lanes())


def test_a_paused_lane_of_mails_is_resumed_by_the_button_of_its_exception(office: Office) -> None:
    found = _paused(office.house, "mail/juniper")
    keeper = office.browser(role=Role.OPERATOR)
    page = keeper.get(f"/exceptions/{found}").text
    assert f'action="/exceptions/{found}/remedy"' in page and ">Resume</button>" in page
    clerk = office.browser(name="lee")
    assert "/remedy" not in clerk.get(f"/exceptions/{found}").text
    assert _post(clerk, f"/exceptions/{found}/remedy") == 404
    assert _is_paused(office.house, "mail/juniper")
    assert _post(keeper, f"/exceptions/{found}/remedy") == 303
    assert not _is_paused(office.house, "mail/juniper")


def test_a_lane_is_resumed_from_the_overview(office: Office) -> None:
    _paused(office.house, "acme/edi")
    keeper = office.browser(role=Role.OPERATOR)
    page = keeper.get("/").text
    assert '<input type="hidden" name="lane" value="acme/edi">' in page
    assert _post(keeper, "/lanes", lane="nobody/edi") == 404
    assert _post(keeper, "/lanes", lane="acme/edi") == 303
    assert not _is_paused(office.house, "acme/edi")
    assert 'name="lane" value="acme/edi"' not in keeper.get("/").text


def test_what_is_no_command_of_ours_offers_no_button(office: Office) -> None:
    assert offered("Write to `hub lane resume` them, or `hub ledger verify` it.") is None
    offer = offered("If they confirm it: `hub stock accept doc_12ab`. Else ask.")
    assert offer and (offer.remedy, offer.subject) == (Remedy.ACCEPT_STOCK, "doc_12ab")
    keeper = office.browser(role=Role.OPERATOR)
    assert _post(keeper, "/exceptions/exc_none/remedy") == 404


def test_a_lane_that_no_page_has_is_not_running_and_says_so(office: Office) -> None:
    parts = office.house.parts
    owed = Duty(
        id="dty_zot",
        lane="zot/edi",
        kind=DutyKind.SEND,
        set_id="850",
        subject="ful_none",
        order_id=None,
        due_at=parts.now(),
        body={},
    )
    parts.store.write(lambda tx: tx.duties.want(owed))
    look_after(parts)
    keeper = office.browser(role=Role.OPERATOR)
    assert "not running: no page has it any more" in keeper.get("/").text
    with parts.store.read() as tx:
        [row] = [one.id for one in tx.exceptions.page(open_only=True, limit=9)]
    page = keeper.get(f"/exceptions/{row}").text
    assert "no page has that channel any more" in page and "`hub" not in page
