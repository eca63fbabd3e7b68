"""`hub users`: the people who may sign in at the suppliers' and at our own pages."""

from typing import TYPE_CHECKING

import click

from hub.access import HOUSES
from hub.cli.desk import WHO, Desk, pass_desk
from hub.cli.shown import Failure, ShownGroup, as_json
from hub.cli.words import when

if TYPE_CHECKING:
    from hub.flow.accounts import Account
    from hub.flow.parts import Parts

_ANOTHER = "hub users invite EMAIL --role operator --print-link"
ROLES = tuple(role.value for role in HOUSES)


@click.group(
    cls=ShownGroup,
    epilog="hub users invite kim@example.com --name Kim --role operator --print-link\n"
    "hub users invite ana@example.com --name Ana --role supplier_admin --partner corner\n"
    "hub users list\nhub users role kim@example.com --role clerk\n"
    "hub users disable kim@example.com",
)
def users() -> None:
    """People's accounts: suppliers' in the portal, clerks' and operators' at the desk."""


@users.command(
    epilog="hub users invite kim@example.com --name Kim --role operator --print-link\n"
    "hub users invite ana@example.com --name Ana --role supplier_user --partner corner"
)
@click.argument("email")
@click.option("--name", default="", help="What the person is called; else what stands before @.")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What they may do.")
@click.option("--partner", default="", help="The supplier they work for.")
@click.option("--brand", "brands", multiple=True, help="A brand they see; without any, all.")
@click.option("--print-link", is_flag=True, help="Show the link instead of mailing it.")
@as_json
@pass_desk
def invite(
    desk: Desk,
    email: str,
    name: str,
    role: str,
    partner: str,
    brands: tuple[str, ...],
    print_link: bool,
    as_json: bool,
) -> None:
    """Make an account and mail its person a link to come in by, once, within seven days.

    Inviting again sends another link. Without a mail server the first operator is invited with
    --print-link: whoever opens the link sets the password.
    """
    from hub.access import Role
    from hub.flow import accounts

    called = name or email.partition("@")[0]
    asked = accounts.invite_by_link if print_link else accounts.invite
    with desk.writing() as parts:
        try:
            made = asked(
                parts,
                email=email,
                name=called,
                role=Role(role),
                partner=partner,
                brands=brands,
                who=WHO,
            )
        except ValueError as fault:
            raise Failure(str(fault), then="hub users invite --help") from None
    if isinstance(made, accounts.Invited):
        _tell_link(desk, made.account, made.url, as_json=as_json)
    else:
        _tell(desk, made, f"{made.id} is invited: a link is mailed.", as_json=as_json)


def _tell_link(desk: Desk, account: "Account", url: str, *, as_json: bool) -> None:
    if as_json:
        desk.json({**_shown(account), "url": url})
        return
    desk.say(f"{account.id} comes in by this link, once, within seven days:")
    desk.write(url)


@users.command("list", epilog="hub users list --partner corner --json")
@click.option("--partner", default=None, help="Only the people of this supplier.")
@as_json
@pass_desk
def list_(desk: Desk, partner: str | None, as_json: bool) -> None:
    """Show every account, disabled ones too."""
    from hub.flow import accounts

    with desk.reading() as parts:
        found = accounts.listed(parts, partner=partner)
    if as_json:
        desk.json({"users": [_shown(each) for each in found]})
        return
    rows = [
        (
            each.id,
            each.email,
            each.name,
            each.role.value,
            each.partner or ", ".join(each.brands),
            "yes" if each.has_totp else "no",
            "disabled" if each.disabled else when(each.seen_at),
        )
        for each in found
    ]
    desk.table(("ID", "E-MAIL", "NAME", "ROLE", "OF", "CODE", "LAST IN"), rows)


@users.command(epilog="hub users disable kim@example.com")
@click.argument("user")
@as_json
@pass_desk
def disable(desk: Desk, user: str, as_json: bool) -> None:
    """Close an account, by id or e-mail; its sessions and links end at once."""
    from hub.flow import accounts

    with desk.reading() as parts:
        found = _one(parts, user)
        try:
            accounts.disable(parts, account_id=found.id, who=WHO)
        except accounts.LastKeeper as fault:
            raise Failure(f"{fault}; nothing was changed", then=_ANOTHER) from None
        now = accounts.account(parts, account_id=found.id)
    _tell(desk, now, f"{found.id} is disabled; nobody is in by it any more.", as_json=as_json)


@users.command(epilog="hub users enable kim@example.com")
@click.argument("user")
@as_json
@pass_desk
def enable(desk: Desk, user: str, as_json: bool) -> None:
    """Open an account again; its password and second factor are what they were."""
    from hub.flow import accounts

    with desk.reading() as parts:
        found = _one(parts, user)
        accounts.enable(parts, account_id=found.id, who=WHO)
        now = accounts.account(parts, account_id=found.id)
    _tell(desk, now, f"{found.id} may sign in again.", as_json=as_json)


@users.command(
    epilog="hub users role kim@example.com --role clerk --brand juniper\n"
    "hub users role ana@example.com --role supplier_user"
)
@click.argument("user")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What they may do.")
@click.option("--brand", "brands", multiple=True, help="A brand they see; without any, all.")
@as_json
@pass_desk
def role(desk: Desk, user: str, role: str, brands: tuple[str, ...], as_json: bool) -> None:
    """Give a person another role of the same house, or other brands; every session ends."""
    from hub.access import Role
    from hub.flow import accounts

    with desk.reading() as parts:
        found = _one(parts, user)
        try:
            now = accounts.change_role(
                parts,
                account_id=found.id,
                role=Role(role),
                partner=found.partner,
                brands=brands,
                who=WHO,
            )
        except accounts.LastKeeper as fault:
            raise Failure(f"{fault}; nothing was changed", then=_ANOTHER) from None
        except ValueError as fault:
            raise Failure(str(fault), then="hub users role --help") from None
    _tell(desk, now, f"{found.id} is {now.role} now and signs in again.", as_json=as_json)


@users.command("end-sessions", epilog="hub users end-sessions kim@example.com")
@click.argument("user")
@as_json
@pass_desk
def end_sessions(desk: Desk, user: str, as_json: bool) -> None:
    """End every session and link of a person; they may sign in again."""
    from hub.flow import accounts

    with desk.reading() as parts:
        found = _one(parts, user)
        ended = accounts.end_sessions(parts, account_id=found.id, who=WHO)
    if as_json:
        desk.json({"id": found.id, "ended": ended})
    else:
        desk.write(f"{ended} sessions of {found.id} were ended.")


@users.command("reset-totp", epilog="hub users reset-totp kim@example.com")
@click.argument("user")
@as_json
@pass_desk
def reset_totp(desk: Desk, user: str, as_json: bool) -> None:
    """Forget the second factor of a person who lost it; be sure first that it is they who ask."""
    from hub.flow import accounts

    with desk.reading() as parts:
        found = _one(parts, user)
        accounts.reset_totp(parts, account_id=found.id, who=WHO)
        now = accounts.account(parts, account_id=found.id)
    _tell(desk, now, f"{found.id} signs in without a code and sets up another.", as_json=as_json)


def _one(parts: "Parts", user: str) -> "Account":
    """Return the account of that id or e-mail; of two houses' with one e-mail, the ids are told."""
    from hub.flow import accounts

    wanted = user.strip().lower()
    found = [
        each for each in accounts.listed(parts) if wanted in (each.id.lower(), each.email.lower())
    ]
    if not found:
        raise Failure(f"there is no user {user!r}", then="hub users list")
    if len(found) > 1:
        ids = " or ".join(f"{each.id} ({each.role})" for each in found)
        raise Failure(f"{user} has more than one account: name {ids}", then="hub users list")
    return found[0]


def _shown(account: "Account") -> dict[str, object]:
    return {
        "id": account.id,
        "email": account.email,
        "name": account.name,
        "role": account.role.value,
        "partner": account.partner,
        "brands": list(account.brands),
        "zone": account.zone,
        "language": account.language,
        "has_password": account.has_password,
        "has_totp": account.has_totp,
        "disabled": account.disabled,
        "invited_at": account.invited_at.isoformat(),
        "seen_at": None if account.seen_at is None else account.seen_at.isoformat(),
    }


def _tell(desk: Desk, account: "Account", text: str, *, as_json: bool) -> None:
    if as_json:
        desk.json(_shown(account))
    else:
        desk.write(text)
