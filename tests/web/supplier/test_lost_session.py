"""What a supplier typed outlives its session, for the same person alone."""

from hub.access import House, Role
from hub.flow import accounts
from tests.web.portal.rig import Browser, seal_of
from tests.web.supplier.rig import HOST, TRACKING, Counter, once_of


def _typed(browser: Browser, path: str) -> dict[str, str]:
    page = browser.get(path).text
    fields = {"seal": seal_of(page), "once": once_of(page), "parcels": "1"}
    return {**fields, "tracking-1": TRACKING, "quantity-1-1": "1"}


def in_again(counter: Counter, role: Role = Role.SUPPLIER_USER) -> Browser:
    """A new browser of somebody who was there before, by a link that is mailed."""
    parts = counter.house.parts
    with parts.store.read() as tx:
        people = tx.accounts.page(partner="corner")
    person = next(one for one in people if one.role == role)
    token = "t" * 32
    parts.store.write(
        lambda tx: tx.sessions.add_link(
            link_id="lnk_again",
            token=token,
            account_id=person.id,
            epoch=person.epoch,
            kind="link",
            expires_at=parts.now().replace(year=2030),
        )
    )
    found = accounts.use_link(
        parts, house=House.PORTAL, token=token, password="", address="192.0.2.10"
    )
    browser = Browser(app=counter.app, host=HOST)
    browser.cookies.set("__Host-portal", found.cookie)
    return browser


def test_what_was_typed_is_shown_again_after_signing_in_once(quick_counter: Counter) -> None:
    number = quick_counter.order()
    path = f"/orders/{number}/ship"
    browser = quick_counter.browser()
    fields = _typed(browser, path)
    quick_counter.house.clock.on(minutes=45)
    answer = browser.post(path, fields)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?next={path.replace('/', '%2F')}&kept=1"
    assert quick_counter.house.order().shipments == ()
    again = in_again(quick_counter)
    page = again.get(path).text
    assert f'value="{TRACKING}"' in page
    assert 'name="quantity-1-1" inputmode="numeric" autocomplete="off" maxlength="6" value="1"' in (
        page
    )
    assert TRACKING not in again.get(path).text
    fresh = {**fields, "seal": seal_of(page), "once": once_of(page)}
    assert again.post(path, fresh).status_code == 303
    assert quick_counter.house.order().lines[0].buckets.shipped == 1


def test_somebody_else_is_never_shown_it(quick_counter: Counter) -> None:
    number = quick_counter.order()
    path = f"/orders/{number}/ship"
    browser = quick_counter.browser()
    fields = _typed(browser, path)
    quick_counter.house.clock.on(minutes=45)
    browser.post(path, fields)
    other = quick_counter.browser(role=Role.SUPPLIER_ADMIN)
    assert TRACKING not in other.get(path).text


def test_nothing_is_kept_of_a_form_that_the_browser_did_not_seal_or_of_nobody(
    quick_counter: Counter,
) -> None:
    number = quick_counter.order()
    path = f"/orders/{number}/ship"
    browser = quick_counter.browser()
    fields = _typed(browser, path)
    quick_counter.house.clock.on(minutes=45)
    assert browser.post(path, {**fields, "seal": "0" * 32}).status_code == 403
    nobody = Browser(app=quick_counter.app, host=HOST)
    answer = nobody.post(path, fields)
    assert answer.headers["location"] == "/sign-in?next=%2F"
    assert TRACKING not in in_again(quick_counter).get(path).text


def test_who_signed_out_left_nothing_behind(quick_counter: Counter) -> None:
    number = quick_counter.order()
    path = f"/orders/{number}/ship"
    browser = quick_counter.browser()
    fields = _typed(browser, path)
    kept = browser.cookies.get("__Host-portal")
    assert kept is not None
    accounts.sign_out(quick_counter.house.parts, cookie=kept)
    answer = browser.post(path, fields)
    assert answer.headers["location"] == "/sign-in?next=%2F"
    assert TRACKING not in in_again(quick_counter).get(path).text
