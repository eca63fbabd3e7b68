"""An operator keeps people: invites, changes roles, closes accounts, and cannot lock us out."""

import html

import pytest
from starlette.requests import Request

from hub.access import House, Role
from hub.flow import accounts
from portal.web.admin.people import People
from portal.web.desk import house as desk
from portal.web.ground.porch import Visit
from portal.web.ground.words import Words, zone_named
from tests.web.admin.conftest import Office, come_in
from tests.web.portal.rig import seal_of

PEOPLE = "/settings/people"


def test_an_operator_invites_our_people_and_those_of_any_supplier(office: Office) -> None:
    clerk = {"name": "Ben Ito", "email": "ben@example.com", "role": "clerk", "partner": ""}
    assert office.post(PEOPLE, **clerk, **{"brand-harbor": "1"}) == 200
    assert "https://desk.localhost/l/" in office.said  # no mail server here: shown once
    ben = office.person("ben@example.com")
    assert (ben.role, ben.brands, ben.partner) == (Role.CLERK, ("harbor",), "")
    supplier = {
        "name": "Mo Adler",
        "email": "mo@example.com",
        "role": "supplier_admin",
        "partner": "acme",
    }
    assert office.post(PEOPLE, **supplier) == 200
    assert "https://portal.localhost/l/" in office.said
    assert office.person("mo@example.com").partner == "acme"
    page = office.olu.get(PEOPLE).text
    assert "Ben Ito" in page and "/l/" not in page
    found = office.olu.get(f"{PEOPLE}?who=acme").text
    assert "Mo Adler" in found and "Ben Ito" not in found
    olu = office.person("olu@example.com")
    assert [who for who, _ in office.recorded(ben.id)] == [olu.id]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "nowhere"}, "email"),
        ({"name": ""}, "name"),
        ({"role": "supplier_user"}, "partner"),
        ({"partner": "acme"}, "partner"),
        ({"brand-nothing": "1"}, "partner"),
    ],
)
def test_a_wrong_invitation_says_which_field_and_keeps_what_was_typed(
    office: Office, changed: dict[str, str], field: str
) -> None:
    fields = {"name": "Ben Ito", "email": "ben@example.com", "role": "clerk", "partner": ""}
    assert office.post(PEOPLE, **(fields | changed)) == 422
    assert f'href="#{field}"' in office.said
    assert f'value="{(fields | changed)["email"]}"' in office.said


def test_a_role_that_is_for_programs_cannot_be_given(office: Office) -> None:
    fields = {"name": "Ben Ito", "email": "ben@example.com", "role": "api_client", "partner": ""}
    assert office.post(PEOPLE, **fields) == 404


def test_a_person_is_given_another_role_closed_opened_and_let_in_again(office: Office) -> None:
    clerk = office.invited()
    path = f"{PEOPLE}/{clerk.id}"
    assert office.post(f"{path}/role", role="viewer", **{"brand-juniper": "1"}) == 303
    now = office.person(clerk.email)
    assert (now.role, now.brands) == (Role.VIEWER, ("juniper",))
    assert office.post(f"{path}/disable") == 303
    assert office.person(clerk.email).disabled
    assert "Open again" in office.olu.get(path).text
    assert office.post(f"{path}/enable") == 303
    assert not office.person(clerk.email).disabled
    assert office.post(f"{path}/again") == 200
    assert "https://desk.localhost/l/" in office.said
    olu = office.person("olu@example.com")
    done = [who for who, _ in office.recorded(clerk.id)]
    assert done.count(olu.id) == 4  # beside the invitation that the test made


def test_a_supplier_s_person_cannot_become_one_of_ours(office: Office) -> None:
    mo = office.invited(Role.SUPPLIER_USER, partner="acme")
    assert office.post(f"{PEOPLE}/{mo.id}/role", role="operator") == 422
    assert office.person(mo.email).role is Role.SUPPLIER_USER


def test_ending_sessions_and_forgetting_a_second_factor_puts_a_person_out(office: Office) -> None:
    zoe = come_in(office.house, office.app, Role.CLERK, "zoe@example.com")
    person = office.person("zoe@example.com")
    assert zoe.get("/orders").status_code == 200
    assert office.post(f"{PEOPLE}/{person.id}/end-sessions") == 303
    assert zoe.get("/orders").status_code == 303
    assert person.has_totp
    assert office.post(f"{PEOPLE}/{person.id}/forget-code") == 303
    assert not office.person("zoe@example.com").has_totp


def test_no_operator_takes_themselves_away_so_that_one_always_stays(office: Office) -> None:
    olu = office.person("olu@example.com")
    path = f"{PEOPLE}/{olu.id}"
    page = office.olu.get(path).text
    assert "This is you" in page and f"{path}/disable" not in page
    for act in ("disable", "role", "forget-code", "end-sessions", "again"):
        assert office.post(f"{path}/{act}", role="clerk") == 404, act
    assert office.person("olu@example.com") == olu


@pytest.mark.parametrize("act", ["disable", "role"])
def test_two_operators_who_put_each_other_out_at_once_do_not_lock_the_hub(
    office: Office, act: str
) -> None:
    come_in(office.house, office.app, Role.OPERATOR, "ida@example.com")
    parts, ida = office.house.parts, office.person("ida@example.com")
    porch = desk.porch(parts, parts.desk_hosts, ())
    cookie = office.olu.cookies.get(porch.cookie, "")
    session = accounts.session(parts, house=House.DESK, cookie=cookie)
    assert session
    # Olu's request is through the door already when Ida closes Olu's account.
    accounts.disable(parts, account_id=session.account.id, who=ida.id)
    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "https",
        "path": f"{PEOPLE}/{ida.id}/{act}",
        "query_string": b"",
        "headers": [(b"host", b"desk.localhost")],
        "path_params": {"account": ida.id},
    }
    visit = Visit(
        request=Request(scope),
        session=session,
        cookie=cookie,
        words=Words(language="en", zone=zone_named("UTC"), now=parts.now()),
        fields={"role": "clerk"},
    )
    answer = getattr(People(porch), act)(visit)
    assert answer.status_code == 422
    now = office.person("ida@example.com")
    assert (now.role, now.disabled) == (Role.OPERATOR, False)


def test_names_are_words_and_never_markup(office: Office) -> None:
    name = "<b>Ben</b> \"&' Ito"
    fields = {"name": name, "email": "ben@example.com", "role": "clerk", "partner": ""}
    assert office.post(PEOPLE, **fields) == 200
    for path in (PEOPLE, f"{PEOPLE}/{office.person('ben@example.com').id}"):
        page = office.olu.get(path).text
        assert "<b>Ben" not in page
        assert name in html.unescape(page)


@pytest.mark.parametrize(
    ("role", "brands"), [(Role.CLERK, ()), (Role.VIEWER, ()), (Role.OPERATOR, ("harbor",))]
)
def test_for_everybody_else_there_are_no_settings(
    office: Office, role: Role, brands: tuple[str, ...]
) -> None:
    other = come_in(office.house, office.app, role, "zoe@example.com", *brands)
    olu = office.person("olu@example.com")
    seal = seal_of(other.get("/account").text)
    for path in ("/settings", PEOPLE, f"{PEOPLE}/{olu.id}", "/settings/keys"):
        assert other.get(path).status_code == 404, path
    for path in (PEOPLE, f"{PEOPLE}/{olu.id}/disable", "/settings/keys"):
        assert other.post(path, {"seal": seal}).status_code == 404, path
    assert 'href="/settings"' not in other.get("/account").text
    assert not office.person("olu@example.com").disabled
