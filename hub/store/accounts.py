"""Accounts of the people who work here and at suppliers, their second factors and kept drafts.

What is somebody's own (name, e-mail, the secret of a second factor, typed words) is sealed under a
key of the account. Accounts are found by a keyed hash of house and e-mail.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, LargeBinary, Text, bindparam, delete, insert, select, update

from hub.store.seals import Damaged, Sealer, Vault
from hub.store.statements import (
    Connection,
    Row,
    Statement,
    canonical,
    micros,
    moment,
    moment_or_none,
    parsed,
)
from hub.store.tables_accounts import account, account_draft, account_recovery
from hub.store.upserts import upsert

_COLUMNS = [
    account.c.id,
    account.c.house,
    account.c.wrapped_key,
    account.c.sealed,
    account.c.role,
    account.c.partner,
    account.c.brands,
    account.c.zone,
    account.c.language,
    account.c.password_hash,
    account.c.totp_sealed.is_not(None),
    account.c.epoch,
    account.c.invited_at,
    account.c.seen_at,
    account.c.disabled_at,
]
_ID = bindparam("account_id", type_=Text)
_ACCOUNTS = select(*_COLUMNS)
_BY_ID = Statement(_ACCOUNTS.where(account.c.id == _ID))
# Whoever changes an account waits for others who do; readers wait for nobody.
_LOCKED = Statement(_ACCOUNTS.where(account.c.id == _ID).with_for_update(key_share=True))
_BY_EMAIL = Statement(
    _ACCOUNTS.where(account.c.email_index == bindparam("email_index", type_=LargeBinary))
)
_ALL = Statement(_ACCOUNTS.order_by(account.c.invited_at, account.c.id))
_OF_PARTNER = Statement(
    _ACCOUNTS.where(account.c.partner == bindparam("partner", type_=Text)).order_by(
        account.c.invited_at, account.c.id
    )
)
_ADD = Statement(insert(account))
_THIS = account.c.id == _ID
_RAISED = account.c.epoch + 1
_INVITED = Statement(update(account).where(_THIS).values(invited_at=bindparam("at")))
_SEEN = Statement(update(account).where(_THIS).values(seen_at=bindparam("at")))
_SETTINGS = Statement(
    update(account)
    .where(_THIS)
    .values(sealed=bindparam("words"), zone=bindparam("in_zone"), language=bindparam("in_language"))
)
_WORDS = Statement(update(account).where(_THIS).values(sealed=bindparam("words")))
_PASSWORD = Statement(
    update(account).where(_THIS).values(password_hash=bindparam("hashed"), epoch=_RAISED)
)
_REHASH = Statement(
    update(account)
    .where(_THIS, account.c.password_hash == bindparam("was", type_=Text))
    .values(password_hash=bindparam("hashed"))
)
_DISABLED = Statement(
    update(account).where(_THIS).values(disabled_at=bindparam("at"), epoch=_RAISED)
)
_END = Statement(update(account).where(_THIS).values(epoch=_RAISED))
_ROLE = Statement(
    update(account)
    .where(_THIS)
    .values(
        role=bindparam("as_role"),
        partner=bindparam("of_partner"),
        brands=bindparam("of_brands"),
        epoch=_RAISED,
    )
)
_SECRETS = Statement(select(account.c.totp_sealed, account.c.totp_begun).where(_THIS))
_BEGIN_TOTP = Statement(update(account).where(_THIS).values(totp_begun=bindparam("begun")))
_CONFIRM_TOTP = Statement(
    update(account)
    .where(_THIS, account.c.totp_begun.is_not(None))
    .values(totp_sealed=bindparam("sealed_now"), totp_begun=None, totp_step=bindparam("step"))
)
_END_TOTP = Statement(
    update(account).where(_THIS).values(totp_sealed=None, totp_begun=None, epoch=_RAISED)
)
# The row is looked at again after waiting for others: of two who bring one code, one is taken.
_TAKE_STEP = Statement(
    update(account)
    .where(_THIS, account.c.totp_step < bindparam("newer", type_=BigInteger))
    .values(totp_step=bindparam("newer", type_=BigInteger))
)
_ADD_RECOVERY = Statement(insert(account_recovery))
_OF_ACCOUNT = account_recovery.c.account_id == _ID
_DROP_RECOVERY = Statement(delete(account_recovery).where(_OF_ACCOUNT))
_TAKE_RECOVERY = Statement(
    delete(account_recovery).where(
        _OF_ACCOUNT, account_recovery.c.code_hash == bindparam("code", type_=LargeBinary)
    )
)
_KEEP_DRAFT = upsert(account_draft, on=["account_id", "form"], setting=["sealed", "kept_at"])
_THIS_DRAFT = (
    account_draft.c.account_id == _ID,
    account_draft.c.form == bindparam("of_form", type_=Text),
)
_DRAFT = Statement(
    select(account_draft.c.sealed).where(
        *_THIS_DRAFT, account_draft.c.kept_at >= bindparam("since", type_=BigInteger)
    )
)
_DROP_DRAFT = Statement(delete(account_draft).where(*_THIS_DRAFT))
_FORGET_DRAFTS = Statement(
    delete(account_draft).where(account_draft.c.kept_at < bindparam("before", type_=BigInteger))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One account, opened; `password_hash` is empty when there is no password.

    `epoch` rises with everything that ends sessions; `views` are filters of a list by their names.
    """

    id: str
    house: str
    email: str
    name: str
    role: str
    partner: str
    brands: tuple[str, ...]
    zone: str
    language: str
    password_hash: str
    has_totp: bool
    epoch: int
    invited_at: datetime
    seen_at: datetime | None
    disabled_at: datetime | None
    views: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account that is to be kept."""

    id: str
    house: str
    email: str
    name: str
    role: str
    partner: str
    brands: tuple[str, ...]
    zone: str
    language: str


class Accounts:
    """Who may come into which house, and what they left there half written."""

    __slots__ = ("_connection", "_vault")

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    # --- accounts -------------------------------------------------------------------------------

    def add(self, new: NewAccount, *, at: datetime) -> None:
        """Keep a new account; Conflict when its house has one of that e-mail."""
        sealer, wrapped = self._vault.new_key(context=new.id)
        values = {
            "id": new.id,
            "house": new.house,
            "email_index": self._email_index(new.house, new.email),
            "wrapped_key": wrapped,
            "sealed": _words(sealer, new.id, email=new.email, name=new.name, views={}),
            "role": new.role,
            "partner": new.partner,
            "brands": canonical(list(new.brands)),
            "zone": new.zone,
            "language": new.language,
            "password_hash": "",
            "totp_sealed": None,
            "totp_begun": None,
            "totp_step": 0,
            "epoch": 1,
            "invited_at": micros(at),
            "seen_at": None,
            "disabled_at": None,
        }
        self._connection.change(_ADD, values)

    def get(self, account_id: str) -> AccountRow:
        """Return an account; KeyError when there is none."""
        row = self._connection.row(_BY_ID, {"account_id": account_id})
        if row is None:
            raise KeyError(account_id)
        return self._read(row)

    def locked(self, account_id: str) -> AccountRow:
        """Return an account that nobody else changes before this work is over; KeyError."""
        lock = _LOCKED if self._connection.writing else _BY_ID
        row = self._connection.row(lock, {"account_id": account_id})
        if row is None:
            raise KeyError(account_id)
        return self._read(row)

    def by_email(self, *, house: str, email: str) -> AccountRow | None:
        """Return the house's account of that e-mail; letter case and outer spaces do not count."""
        index = self._email_index(house, email)
        row = self._connection.row(_BY_EMAIL, {"email_index": index})
        return None if row is None else self._read(row)

    def page(self, *, partner: str | None) -> list[AccountRow]:
        """Return every account, or those of one partner, in the order of their invitations."""
        if partner is None:
            return [self._read(row) for row in self._connection.rows(_ALL)]
        rows = self._connection.rows(_OF_PARTNER, {"partner": partner})
        return [self._read(row) for row in rows]

    def invited(self, account_id: str, *, at: datetime) -> None:
        """Note that the person was invited once more."""
        self._connection.change(_INVITED, {"account_id": account_id, "at": micros(at)})

    def seen(self, account_id: str, *, at: datetime) -> None:
        """Note that the person came in."""
        self._connection.change(_SEEN, {"account_id": account_id, "at": micros(at)})

    def set_words(self, row: AccountRow, *, name: str, zone: str, language: str) -> None:
        """Keep how the person wants to be called and spoken to."""
        sealer = self._sealer(row.id)
        values = {
            "account_id": row.id,
            "words": _words(sealer, row.id, email=row.email, name=name, views=row.views),
            "in_zone": zone,
            "in_language": language,
        }
        self._connection.change(_SETTINGS, values)

    def set_views(self, row: AccountRow, views: Mapping[str, str]) -> None:
        """Keep the person's views of a list, the filters of each by the name they gave it."""
        sealer = self._sealer(row.id)
        words = _words(sealer, row.id, email=row.email, name=row.name, views=views)
        self._connection.change(_WORDS, {"account_id": row.id, "words": words})

    def set_password(self, account_id: str, hashed: str) -> None:
        """Keep another password; every session and link is over."""
        self._connection.change(_PASSWORD, {"account_id": account_id, "hashed": hashed})

    def rehash(self, account_id: str, *, was: str, hashed: str) -> None:
        """Keep the same password under another hash, unless it was changed meanwhile."""
        values = {"account_id": account_id, "was": was, "hashed": hashed}
        self._connection.change(_REHASH, values)

    def set_role(self, account_id: str, *, role: str, partner: str, brands: Sequence[str]) -> None:
        """Give the account another role; every session and link is over."""
        values = {
            "account_id": account_id,
            "as_role": role,
            "of_partner": partner,
            "of_brands": canonical(list(brands)),
        }
        self._connection.change(_ROLE, values)

    def disable(self, account_id: str, *, at: datetime | None) -> None:
        """Close the account from then on, or open it again; every session and link is over."""
        at_micros = None if at is None else micros(at)
        self._connection.change(_DISABLED, {"account_id": account_id, "at": at_micros})

    def end_sessions(self, account_id: str) -> None:
        """End every session and link of the account."""
        self._connection.change(_END, {"account_id": account_id})

    # --- second factors -------------------------------------------------------------------------

    def totp(self, account_id: str) -> bytes | None:
        """Return the secret of the second factor that counts."""
        row = self._connection.row(_SECRETS, {"account_id": account_id})
        if row is None or row[0] is None:
            return None
        return self._sealer(account_id).open(bytes(row[0]), context=_totp_context(account_id))

    def begun_totp(self, account_id: str, *, session_id: str) -> bytes | None:
        """Return the secret of a second factor that this session began and did not confirm."""
        row = self._connection.row(_SECRETS, {"account_id": account_id})
        if row is None or row[1] is None:
            return None
        context = _begun_context(account_id, session_id)
        try:
            return self._sealer(account_id).open(bytes(row[1]), context=context)
        except Damaged:  # another session's: whoever is there may have read it off that screen
            return None

    def begin_totp(self, account_id: str, secret: bytes, *, session_id: str) -> None:
        """Keep the secret of a second factor that counts when the session shows its first code."""
        context = _begun_context(account_id, session_id)
        sealed = self._sealer(account_id).seal(secret, context=context)
        self._connection.change(_BEGIN_TOTP, {"account_id": account_id, "begun": sealed})

    def confirm_totp(self, account_id: str, secret: bytes, *, step: int) -> bool:
        """Let this secret count; codes up to that step are used. False when none was begun."""
        sealed = self._sealer(account_id).seal(secret, context=_totp_context(account_id))
        values = {"account_id": account_id, "sealed_now": sealed, "step": step}
        return self._connection.change(_CONFIRM_TOTP, values) == 1

    def end_totp(self, account_id: str) -> None:
        """Forget the second factor and its recovery codes; every session and link is over."""
        self._connection.change(_END_TOTP, {"account_id": account_id})
        self._connection.change(_DROP_RECOVERY, {"account_id": account_id})

    def take_step(self, account_id: str, step: int) -> bool:
        """Take the code of this step; False when it, or a later one, was taken before."""
        return self._connection.change(_TAKE_STEP, {"account_id": account_id, "newer": step}) == 1

    def give_recovery(self, account_id: str, codes: Sequence[str]) -> None:
        """Take these codes, once each, instead of a second factor; earlier ones count no more."""
        self._connection.change(_DROP_RECOVERY, {"account_id": account_id})
        rows = [
            {"account_id": account_id, "code_hash": self._recovery_hash(account_id, code)}
            for code in codes
        ]
        self._connection.change_all(_ADD_RECOVERY, rows)

    def take_recovery(self, account_id: str, code: str) -> bool:
        """Take a recovery code; False when there is none such (any more)."""
        values = {"account_id": account_id, "code": self._recovery_hash(account_id, code)}
        return self._connection.change(_TAKE_RECOVERY, values) == 1

    # --- drafts ---------------------------------------------------------------------------------

    def keep_draft(
        self, account_id: str, form: str, fields: Mapping[str, str], *, at: datetime
    ) -> None:
        """Keep what was typed into a form so far."""
        plain = canonical(dict(fields)).encode()
        context = _draft_context(account_id, form)
        values = {
            "account_id": account_id,
            "form": form,
            "sealed": self._sealer(account_id).seal(plain, context=context),
            "kept_at": micros(at),
        }
        self._connection.change(_KEEP_DRAFT, values)

    def draft(self, account_id: str, form: str, *, since: datetime) -> dict[str, str]:
        """Return what was typed into a form and kept since then; empty when nothing was."""
        values = {"account_id": account_id, "of_form": form, "since": micros(since)}
        row = self._connection.row(_DRAFT, values)
        if row is None:
            return {}
        context = _draft_context(account_id, form)
        plain = self._sealer(account_id).open(bytes(row[0]), context=context)
        fields: dict[str, str] = parsed(plain.decode())
        return fields

    def drop_draft(self, account_id: str, form: str) -> None:
        """Forget what was typed into a form."""
        self._connection.change(_DROP_DRAFT, {"account_id": account_id, "of_form": form})

    def forget_drafts(self, *, before: datetime) -> int:
        """Forget every draft kept before then and return how many there were."""
        return self._connection.change(_FORGET_DRAFTS, {"before": micros(before)})

    # --- how it is sealed -----------------------------------------------------------------------

    def _email_index(self, house: str, email: str) -> bytes:
        return self._vault.index(f"account\x1f{house}\x1f{email.strip().lower()}")

    def _recovery_hash(self, account_id: str, code: str) -> bytes:
        return self._vault.index(f"recovery\x1f{account_id}\x1f{code}")

    def _sealer(self, account_id: str) -> Sealer:
        row = self._connection.row(_BY_ID, {"account_id": account_id})
        if row is None:
            raise KeyError(account_id)
        return self._vault.unwrap(row[2], context=account_id)

    def _read(self, row: Row) -> AccountRow:
        sealer = self._vault.unwrap(row[2], context=row[0])
        words: dict[str, Any] = parsed(sealer.open(bytes(row[3]), context=row[0]).decode())
        return AccountRow(
            id=row[0],
            house=row[1],
            email=words["email"],
            name=words["name"],
            views=words.get("views", {}),
            role=row[4],
            partner=row[5],
            brands=tuple(parsed(row[6])),
            zone=row[7],
            language=row[8],
            password_hash=row[9],
            has_totp=bool(row[10]),
            epoch=row[11],
            invited_at=moment(row[12]),
            seen_at=moment_or_none(row[13]),
            disabled_at=moment_or_none(row[14]),
        )


def _words(
    sealer: Sealer, account_id: str, *, email: str, name: str, views: Mapping[str, str]
) -> bytes:
    words = {"email": email, "name": name, **({"views": dict(views)} if views else {})}
    return sealer.seal(canonical(words).encode(), context=account_id)


def _totp_context(account_id: str) -> str:
    return f"totp\x1f{account_id}"


def _begun_context(account_id: str, session_id: str) -> str:
    return f"totp begun\x1f{account_id}\x1f{session_id}"


def _draft_context(account_id: str, form: str) -> str:
    return f"draft\x1f{account_id}\x1f{form}"
