"""Who may have an account, who may say so, and what is left when it is over."""

import pytest

from hub import access
from hub.access import Action, House, Role
from hub.flow import accounts
from hub.flow.accounts import Step
from tests.flow.accounts.conftest import GOOD, Door


def test_inviting_again_sends_another_link_to_the_same_account(door: Door) -> None:
    first, token = door.invited()
    door.clock.on(days=1)
    again, later = door.invited(" KIM@example.com")
    assert again.id == first.id
    assert again.invited_at > first.invited_at
    assert token != later
    assert [each.id for each in accounts.listed(door.parts)] == [first.id]
    assert door.use(token, GOOD).step is Step.IN


@pytest.mark.parametrize(
    ("role", "partner", "brands", "email", "said"),
    [
        (Role.SUPPLIER_USER, "", (), "a@example.com", "no partner"),
        (Role.SUPPLIER_ADMIN, "stranger", (), "a@example.com", "no partner"),
        (Role.SUPPLIER_USER, "acme", ("juniper",), "a@example.com", "not bound to brands"),
        (Role.CLERK, "acme", (), "a@example.com", "leave the partner out"),
        (Role.CLERK, "", ("nobodys",), "a@example.com", "no brand nobodys"),
        (Role.API_CLIENT, "", (), "a@example.com", "for programs"),
        (Role.CLERK, "", (), "a@b@example.com", "no e-mail address"),
        (Role.CLERK, "", (), "a@example.com\nBcc: b@example.com", "no e-mail address"),
        (Role.CLERK, "", (), "a" * 250 + "@example.com", "no e-mail address"),
    ],
)
def test_what_cannot_be_invited_is_told_in_a_sentence(
    door: Door, role: Role, partner: str, brands: tuple[str, ...], email: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        door.invited(email, role=role, partner=partner, brands=brands)
    assert accounts.listed(door.parts) == ()


def test_nobody_is_mailed_where_there_is_no_mail_server(door: Door) -> None:
    with pytest.raises(ValueError, match="HUB_SMTP_URL"):
        accounts.invite(door.parts, email="a@example.com", name="A", role=Role.CLERK, who="test")


def test_one_supplier_learns_nothing_of_anothers_people(door: Door) -> None:
    acme = door.supplier("ana@example.com", partner="acme")
    mill = door.supplier("max@example.com", partner="mill")
    assert [each.id for each in accounts.listed(door.parts, partner="acme")] == [acme.id]
    asks = {"account_id": mill.id, "of_partner": "acme", "who": acme.id}
    for forbidden in (accounts.disable, accounts.enable, accounts.end_sessions):
        with pytest.raises(KeyError):
            forbidden(door.parts, **asks)
    with pytest.raises(KeyError):
        accounts.change_role(door.parts, role=Role.SUPPLIER_ADMIN, partner="acme", **asks)
    with pytest.raises(KeyError):
        accounts.account(door.parts, account_id=mill.id, of_partner="acme")
    with pytest.raises(ValueError, match="cannot be invited here") as told:
        door.invited("max@example.com", role=Role.SUPPLIER_USER, partner="acme")
    assert "mill" not in str(told.value)
    assert not accounts.account(door.parts, account_id=mill.id).disabled
    accounts.disable(door.parts, account_id=acme.id, of_partner="acme", who="test")
    assert accounts.account(door.parts, account_id=acme.id).disabled


def test_a_role_changes_within_its_house_and_partner_alone(door: Door) -> None:
    ana = door.supplier()
    changed = accounts.change_role(
        door.parts, account_id=ana.id, role=Role.SUPPLIER_ADMIN, partner="acme", who="test"
    )
    assert changed.role is Role.SUPPLIER_ADMIN
    for role, partner in ((Role.OPERATOR, ""), (Role.SUPPLIER_USER, "mill")):
        with pytest.raises(ValueError, match="account of their own"):
            accounts.change_role(
                door.parts, account_id=ana.id, role=role, partner=partner, who="test"
            )
    with pytest.raises(ValueError, match="change the role"):
        door.invited("ana@example.com", role=Role.SUPPLIER_USER, partner="acme")
    with pytest.raises(KeyError):
        accounts.change_role(door.parts, account_id="acc_1", role=Role.CLERK, who="test")


def test_one_address_may_be_at_home_in_both_houses_as_two_accounts(door: Door) -> None:
    kim, as_supplier = door.user(), door.supplier("kim@example.com")
    assert kim.id != as_supplier.id
    desk = door.sign_in()
    assert door.session(desk.cookie).account.id == kim.id


def test_a_disabled_person_is_not_invited_but_enabled(door: Door) -> None:
    kim = door.user()
    door.invited("keeper@example.com")  # one who keeps the hub must stay
    accounts.disable(door.parts, account_id=kim.id, who="test")
    with pytest.raises(ValueError, match="enable it first"):
        door.invited()


def test_who_asks_is_seen_by_role_partner_and_brands(door: Door) -> None:
    ana = accounts.caller(door.supplier())
    assert access.may(ana, Action.ANSWER_WORK)
    assert access.works_for(ana, partner="acme")
    assert not access.works_for(ana, partner="mill")
    assert not access.sees(ana, brand="juniper")
    assert not access.sees(ana, brand="")
    clerk, _ = door.invited("c@example.com", role=Role.CLERK, brands=("juniper",))
    of_one, every = accounts.caller(clerk), accounts.caller(door.user(role=Role.CLERK))
    assert [access.sees(of_one, brand=brand) for brand in ("juniper", "harbor")] == [True, False]
    assert [access.sees(every, brand=brand) for brand in ("juniper", "harbor")] == [True, True]
    assert not access.works_for(every, partner="acme")
    assert (clerk.of_brands, clerk.house) == (frozenset({"juniper"}), House.DESK)


def test_people_say_how_they_are_called_and_spoken_to(door: Door) -> None:
    kim = door.user()
    cookie = door.sign_in().cookie
    now = accounts.settings(
        door.parts, account_id=kim.id, zone="Europe/Berlin", language="de", name=" Kim K. "
    )
    assert (now.zone, now.language, now.name) == ("Europe/Berlin", "de", "Kim K.")
    assert now.email == "kim@example.com"
    assert door.within(cookie)
    good = {"zone": "UTC", "language": "en", "name": "Kim"}
    wrong = ({"zone": "Mars/Olympus"}, {"zone": "../UTC"}, {"language": "xx"}, {"name": ""})
    for each in (*wrong, {"name": "K\nim"}, {"name": "k" * 81}, {"zone": ""}):
        with pytest.raises(ValueError, match=r"zone|language|name"):
            accounts.settings(door.parts, account_id=kim.id, **{**good, **each})


def test_what_was_typed_is_kept_for_a_week_and_is_its_persons_alone(door: Door) -> None:
    ana, max_ = door.supplier(), door.supplier("max@example.com", partner="mill")
    fields = {"quantity": "3", "note": "ring twice, <Ana>"}
    accounts.keep_draft(door.parts, account_id=ana.id, form="ship/1", fields={"quantity": "1"})
    accounts.keep_draft(door.parts, account_id=ana.id, form="ship/1", fields=fields)
    accounts.end_sessions(door.parts, account_id=ana.id, who="test")
    assert accounts.draft(door.parts, account_id=ana.id, form="ship/1") == fields
    assert accounts.draft(door.parts, account_id=ana.id, form="ship/2") == {}
    assert accounts.draft(door.parts, account_id=max_.id, form="ship/1") == {}
    door.clock.on(days=7, seconds=1)
    assert accounts.draft(door.parts, account_id=ana.id, form="ship/1") == {}
    accounts.keep_draft(door.parts, account_id=ana.id, form="ship/1", fields=fields)
    accounts.drop_draft(door.parts, account_id=ana.id, form="ship/1")
    assert accounts.draft(door.parts, account_id=ana.id, form="ship/1") == {}
    with pytest.raises(ValueError, match="too much"):
        accounts.keep_draft(door.parts, account_id=ana.id, form="a", fields={"t": "x" * 70_000})
    with pytest.raises(KeyError):
        accounts.keep_draft(door.parts, account_id="acc_none", form="a", fields={})


def test_what_is_over_is_removed_once_an_hour_and_what_stands_is_left(door: Door) -> None:
    kim = door.user()
    door.sign_in()
    door.sign_in("wrong", email="x@example.com")
    accounts.keep_draft(door.parts, account_id=kim.id, form="note", fields={"text": "a"})
    door.invited()
    assert accounts.forget(door.parts) == 0
    door.clock.on(days=9)
    cookie = door.sign_in().cookie
    accounts.keep_draft(door.parts, account_id=kim.id, form="new", fields={"text": "b"})
    _, token = door.invited()
    gone = accounts.forget(door.parts)
    assert gone == 4, "a session, a try, a draft and an invitation"
    assert accounts.forget(door.parts) == 0
    assert door.within(cookie)
    assert accounts.draft(door.parts, account_id=kim.id, form="new") == {"text": "b"}
    assert accounts.peek(door.parts, house=House.DESK, token=token) is not None


def test_a_guest_is_spoken_to_as_who_invites_them_until_they_choose(door: Door) -> None:
    host = door.user("host@example.com")
    spoken = {}
    for language in ("de", "en"):
        accounts.settings(
            door.parts, account_id=host.id, zone="Europe/Berlin", language=language, name="Kim"
        )
        invited = accounts.invite_by_link(
            door.parts, email=f"{language}@example.com", name="Lee", role=Role.CLERK, who=host.id
        )
        spoken[language] = invited.account.language
    assert spoken == {"de": "de", "en": "en"}
    assert door.invited("other@example.com")[0].language == "en"
