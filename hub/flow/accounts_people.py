"""Who has an account: inviting people, giving them roles, closing their accounts.

With `of_partner` a supplier's own administrator asks: what is not of that partner is not there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.access import HOUSES, House, Role
from hub.domain.names import Names
from hub.flow.accounts_common import (
    LANGUAGES,
    Account,
    LinkKind,
    account_of,
    add_link,
    owe_mail,
    record,
)
from hub.flow.cases import let_go
from hub.flow.parts import Parts
from hub.flow.supplier_untold import look_whom_to_tell
from hub.store import AccountRow, NewAccount, Transaction

LONGEST_NAME = 80
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_EMAIL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An account and the link by which its person comes in, shown once."""

    account: Account
    url: str


class LastKeeper(ValueError):
    """Nobody would be left who may keep people, keys and brands: what was asked is not done."""

    def __init__(self) -> None:
        super().__init__(
            "nobody would be left who keeps the hub; make somebody else an operator first"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Guest:
    email: str
    name: str
    role: Role
    partner: str
    brands: tuple[str, ...]


def invite(
    parts: Parts,
    *,
    email: str,
    name: str,
    role: Role,
    partner: str = "",
    brands: Sequence[str] = (),
    who: str,
) -> Account:
    """Make an account and mail its person a link to come in by, once, within seven days.

    Inviting again sends another link. Raises ValueError with a sentence for what cannot be, and
    when the hub has no way to send mails.
    """
    guest = _guest(parts, email, name, role, partner, brands)
    if parts.mail is None:
        raise ValueError("no mail server is set (HUB_SMTP_URL); show the link instead of mailing")
    seed, now = parts.fresh(), parts.now()

    def work(tx: Transaction) -> Account:
        names = Names(seed)
        row = _invited(tx, parts, guest, names=names, who=who)
        owe_mail(tx, LinkKind.INVITE, account_id=row.id, names=names, now=now)
        return account_of(row)

    return parts.store.write(work)


def invite_by_link(
    parts: Parts,
    *,
    email: str,
    name: str,
    role: Role,
    partner: str = "",
    brands: Sequence[str] = (),
    who: str,
) -> Invited:
    """Do as `invite` and return the link; nothing is mailed."""
    guest = _guest(parts, email, name, role, partner, brands)
    seed, now = parts.fresh(), parts.now()

    def work(tx: Transaction) -> Invited:
        names = Names(seed)
        row = _invited(tx, parts, guest, names=names, who=who)
        url = add_link(tx, parts, LinkKind.INVITE, row, names=names, now=now)
        return Invited(account=account_of(row), url=url)

    return parts.store.write(work)


def _guest(
    parts: Parts, email: str, name: str, role: Role, partner: str, brands: Sequence[str]
) -> _Guest:
    guest = _Guest(
        email=email.strip(), name=name.strip(), role=role, partner=partner, brands=tuple(brands)
    )
    if len(guest.email) > 254 or not _EMAIL.fullmatch(guest.email):
        raise ValueError("this is no e-mail address; write it as name@example.com")
    _judge_name(guest.name)
    _judge_role(parts, role, partner, guest.brands)
    return guest


def _judge_name(name: str) -> None:
    if not name or len(name) > LONGEST_NAME or _HIDDEN.search(name):
        raise ValueError(f"a name has 1 to {LONGEST_NAME} visible characters")


def _judge_role(parts: Parts, role: Role, partner: str, brands: Sequence[str]) -> None:
    """Suppliers' people belong to one partner that there is, ours to none and to known brands."""
    if role not in HOUSES:
        raise ValueError(f"{role} is for programs; people are {', '.join(HOUSES)}")
    if HOUSES[role] is House.PORTAL:
        known = sorted(page.id for page in parts.partners.all)
        if partner not in known:
            raise ValueError(f"there is no partner {partner!r}; there are: {', '.join(known)}")
        if brands:
            raise ValueError("suppliers' people are not bound to brands; leave them out")
        return
    if partner:
        raise ValueError(f"a {role} works for us, not for a partner; leave the partner out")
    unknown = sorted(set(brands) - set(parts.brands))
    if unknown:
        raise ValueError(f"no brand {', '.join(unknown)}; there are: {', '.join(parts.brands)}")


def _invited(tx: Transaction, parts: Parts, guest: _Guest, *, names: Names, who: str) -> AccountRow:
    now, house = parts.now(), HOUSES[guest.role]
    found = tx.accounts.by_email(house=house, email=guest.email)
    if found is None:
        new = NewAccount(
            id=names.new("acc"),
            house=house,
            email=guest.email,
            name=guest.name,
            role=guest.role,
            partner=guest.partner,
            brands=guest.brands,
            zone=_zone(parts, guest),
            language=_language(tx, who),
        )
        tx.accounts.add(new, at=now)
        account_id = new.id
    else:
        _judge_again(found, guest)
        tx.accounts.invited(found.id, at=now)
        account_id = found.id
    body = {"invite": guest.role, "partner": guest.partner, "brands": list(guest.brands)}
    record(tx, parts, names, account_id=account_id, body=body, who=who, now=now)
    look_whom_to_tell(tx, parts, guest.partner, now=now)
    return tx.accounts.get(account_id)


def _judge_again(found: AccountRow, guest: _Guest) -> None:
    """Of another partner's people nothing is told, not even that they are there."""
    if found.partner != guest.partner:
        raise ValueError("this address cannot be invited here; ask who keeps the hub")
    if found.disabled_at is not None:
        raise ValueError("this account is disabled; enable it first")
    if found.role != guest.role or found.brands != guest.brands:
        raise ValueError(f"this person is {found.role} already; change the role instead")


def _language(tx: Transaction, who: str) -> str:
    """Return how a guest is spoken to until they choose: as the one who invites them."""
    try:
        return tx.accounts.get(who).language
    except KeyError:  # the command line
        return LANGUAGES[0]


def _zone(parts: Parts, guest: _Guest) -> str:
    if guest.partner:
        return parts.partners.get(guest.partner).calendar.zone
    brands = guest.brands or tuple(sorted(parts.brands))
    return parts.brands[brands[0]].zone if brands else "UTC"


def listed(parts: Parts, *, partner: str | None = None) -> tuple[Account, ...]:
    """Return every account, or those of one partner, in the order of their invitations."""
    with parts.store.read() as tx:
        return tuple(account_of(row) for row in tx.accounts.page(partner=partner))


def account(parts: Parts, *, account_id: str, of_partner: str | None = None) -> Account:
    """Return an account; KeyError when there is none."""
    with parts.store.read() as tx:
        row = tx.accounts.get(account_id)
    _judge_partner(row, of_partner)
    return account_of(row)


def disable(parts: Parts, *, account_id: str, who: str, of_partner: str | None = None) -> None:
    """Close an account: its sessions and links end at once, its cases are nobody's.

    Raises KeyError when there is none, LastKeeper when nobody would be left who keeps the hub.
    """
    _close(parts, account_id, of_partner, who=who, closed=True)


def enable(parts: Parts, *, account_id: str, who: str, of_partner: str | None = None) -> None:
    """Open an account again; its password and second factor are what they were. KeyError."""
    _close(parts, account_id, of_partner, who=who, closed=False)


def _close(
    parts: Parts, account_id: str, of_partner: str | None, *, who: str, closed: bool
) -> None:
    seed, now = parts.fresh(), parts.now()

    def work(tx: Transaction) -> None:
        keeps = _keepers(tx)
        _judge_partner(tx.accounts.locked(account_id), of_partner)
        tx.accounts.disable(account_id, at=now if closed else None)
        _judge_keepers(tx, account_id, keeps)
        tx.sessions.end_all(account_id)
        tx.sessions.end_acts_of(account_id, at=now)
        person = account_of(tx.accounts.get(account_id))
        look_whom_to_tell(tx, parts, person.partner, now=now)
        body = {"disabled": closed} | _gave_back(tx, person)
        record(tx, parts, Names(seed), account_id=account_id, body=body, who=who, now=now)

    parts.store.write(work)


def _gave_back(tx: Transaction, person: Account) -> dict[str, object]:
    """The cases that are this person's no more, as they are kept with what took them away."""
    cases = let_go(tx, person)
    return {"gave_back": cases} if cases else {}


def _keepers(tx: Transaction) -> frozenset[str]:
    """Who may keep people, keys and brands, each locked: two who act at once wait for each other.

    An operator who sees only some brands keeps nothing that is about all of them.
    """
    found = sorted(row.id for row in tx.accounts.page(partner=None) if _keeps(row))
    return frozenset(each for each in found if _keeps(tx.accounts.locked(each)))


def _keeps(row: AccountRow) -> bool:
    return row.role == Role.OPERATOR and not row.brands and row.disabled_at is None


def _judge_keepers(tx: Transaction, account_id: str, before: frozenset[str]) -> None:
    """Raise LastKeeper when the last one was just taken away."""
    if before <= {account_id} and account_id in before and not _keeps(tx.accounts.get(account_id)):
        raise LastKeeper


def end_sessions(parts: Parts, *, account_id: str, who: str, of_partner: str | None = None) -> int:
    """End every session and link of an account; return how many sessions. KeyError."""
    seed, now = parts.fresh(), parts.now()

    def work(tx: Transaction) -> int:
        _judge_partner(tx.accounts.locked(account_id), of_partner)
        tx.accounts.end_sessions(account_id)
        ended = tx.sessions.end_all(account_id)
        tx.sessions.end_acts_of(account_id, at=now)
        body = {"end_sessions": ended}
        record(tx, parts, Names(seed), account_id=account_id, body=body, who=who, now=now)
        return ended

    return parts.store.write(work)


def change_role(
    parts: Parts,
    *,
    account_id: str,
    role: Role,
    partner: str = "",
    brands: Sequence[str] = (),
    who: str,
    of_partner: str | None = None,
) -> Account:
    """Give a person another role of the same house; every session ends.

    Cases that they took and may not settle any more are nobody's.

    Raises KeyError for no such account, ValueError with a sentence for what cannot be (LastKeeper
    when nobody would be left who keeps the hub).
    """
    _judge_role(parts, role, partner, brands)
    seed, now = parts.fresh(), parts.now()

    def work(tx: Transaction) -> Account:
        keeps = _keepers(tx)
        row = tx.accounts.locked(account_id)
        _judge_partner(row, of_partner)
        if HOUSES[role] != row.house or partner != row.partner:
            raise ValueError("a person of another house or partner needs an account of their own")
        tx.accounts.set_role(account_id, role=role, partner=partner, brands=brands)
        _judge_keepers(tx, account_id, keeps)
        tx.sessions.end_all(account_id)
        person = account_of(tx.accounts.get(account_id))
        body = {"role": role, "brands": list(brands)} | _gave_back(tx, person)
        record(tx, parts, Names(seed), account_id=account_id, body=body, who=who, now=now)
        return person

    return parts.store.write(work)


def settings(parts: Parts, *, account_id: str, zone: str, language: str, name: str) -> Account:
    """Keep how a person wants to be called and spoken to; KeyError, ValueError with a sentence."""
    _judge_name(name.strip())
    if language not in LANGUAGES:
        raise ValueError(f"no language {language!r}; there are: {', '.join(LANGUAGES)}")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"no time zone {zone!r}; write it as Europe/Berlin") from None
    seed, now = parts.fresh(), parts.now()

    def work(tx: Transaction) -> Account:
        row = tx.accounts.locked(account_id)
        tx.accounts.set_words(row, name=name.strip(), zone=zone, language=language)
        body = {"settings": zone, "language": language}
        record(tx, parts, Names(seed), account_id=account_id, body=body, who=account_id, now=now)
        return account_of(tx.accounts.get(account_id))

    return parts.store.write(work)


def _judge_partner(row: AccountRow, of_partner: str | None) -> None:
    if of_partner is not None and row.partner != of_partner:
        raise KeyError(row.id)
