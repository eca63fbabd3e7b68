"""Mails to a supplier's people about their work: what, where to, by when, and a link to each.

Brand-neutral: the hub writes. Never a recipient's name or street: of the place only the city. All
their words stand here, in every language that users may choose.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from types import MappingProxyType
from zoneinfo import ZoneInfo

from babel import Locale, dates

SENDER = "Supplier hub"
LONGEST_SUBJECT = 200
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedLine:
    """One article: so many pieces, and the same in packs where it is asked in packs."""

    quantity: int
    name: str
    packs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedWish:
    """So many pieces of those open of one article that are not to be sent, or not from here.

    `ours` are those that others could send: the customer did not ask for it.
    """

    name: str
    quantity: int
    open: int
    ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedOrder:
    """One purchase order as a mail shows it; `link` opens it.

    `wishes` are what is asked about it; `by` is until when it is to leave, or to be answered.
    """

    number: str
    city: str
    lines: Sequence[MailedLine]
    by: datetime | None
    link: str
    wishes: Sequence[MailedWish] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierLetter:
    """A mail to one user; `more` orders wait that are not in it; `zone` is the reader's."""

    to: str
    name: str
    language: str
    zone: ZoneInfo
    orders: Sequence[MailedOrder]
    at: datetime
    message_id: str
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    subject: str
    before: str
    button: str
    by: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    greeting: str
    to: str
    more: str
    no_day: str
    pieces: str
    less: str
    elsewhere: str


_ENGLISH: Mapping[str, _Words] = MappingProxyType(
    {
        "work": _Words(
            subject="New order {number}, ship by {by}",
            before="a new order waits for you:",
            button="Confirm or ship it",
            by="Ship by {by}",
            after="The link opens this order without signing in. It works once, within seven days; "
            "after that, sign in at the portal.",
        ),
        "digest": _Words(
            subject="Orders to confirm: {count}",
            before="these orders wait for you:",
            button="Open {number}",
            by="Ship by {by}",
            after="Each link opens its order without signing in. It works once, within seven days; "
            "after that, sign in at the portal.",
        ),
        "change": _Words(
            subject="Please answer: the customer wants to change or cancel {number}",
            before="the customer wants something else. Can you still do it?",
            button="Answer",
            by="Answer by {by}",
            after="The link opens this order without signing in. It works once.",
        ),
        "elsewhere": _Words(
            subject="Please answer: may others send a part of {number}?",
            before="you send a part of this order later than was promised, and others have it. May "
            "they send it? The customer did not ask for anything.",
            button="Answer",
            by="Answer by {by}",
            after="The link opens this order without signing in. It works once.",
        ),
    }
)
_GERMAN: Mapping[str, _Words] = MappingProxyType(
    {
        "work": _Words(
            subject="Neue Bestellung {number}, Versand bis {by}",
            before="eine neue Bestellung wartet auf Sie:",
            button="Bestätigen oder versenden",
            by="Versand bis {by}",
            after="Der Link öffnet diese Bestellung ohne Anmeldung. Er gilt einmal, innerhalb von "
            "sieben Tagen; danach melden Sie sich im Portal an.",
        ),
        "digest": _Words(
            subject="Zu bestätigende Bestellungen: {count}",
            before="diese Bestellungen warten auf Sie:",
            button="{number} öffnen",
            by="Versand bis {by}",
            after="Jeder Link öffnet die zugehörige Bestellung ohne Anmeldung. Er gilt einmal, "
            "innerhalb von sieben Tagen; danach melden Sie sich im Portal an.",
        ),
        "change": _Words(
            subject="Bitte antworten: Änderung oder Storno von {number}",
            before="der Kunde möchte etwas anderes. Geht das noch?",
            button="Antworten",
            by="Antwort bis {by}",
            after="Der Link öffnet diese Bestellung ohne Anmeldung. Er gilt einmal.",
        ),
        "elsewhere": _Words(
            subject="Bitte antworten: Dürfen andere einen Teil von {number} senden?",
            before="Sie senden einen Teil dieser Bestellung später als versprochen, und andere "
            "haben ihn. Dürfen sie ihn senden? Der Kunde hat um nichts gebeten.",
            button="Antworten",
            by="Antwort bis {by}",
            after="Der Link öffnet diese Bestellung ohne Anmeldung. Er gilt einmal.",
        ),
    }
)
_TEXTS = MappingProxyType({"en": _ENGLISH, "de": _GERMAN})
_COMMON = MappingProxyType(
    {
        "en": _Common(
            greeting="Hello {name},",
            to="To {city}",
            more="And {more} more.",
            no_day="any day",
            pieces="{quantity} pieces ({packs})",
            less="{name}: {quantity} of {open} not wanted any more",
            elsewhere="{name}: {quantity} of {open} could come from others",
        ),
        "de": _Common(
            greeting="Guten Tag {name},",
            to="Nach {city}",
            more="Und {more} weitere.",
            no_day="unbestimmt",
            pieces="{quantity} Stück ({packs})",
            less="{name}: {quantity} von {open} nicht mehr gewünscht",
            elsewhere="{name}: {quantity} von {open} könnten von anderen kommen",
        ),
    }
)
KINDS = frozenset(_ENGLISH)
"""What these mails are about."""

_PAGE = """\
<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{subject}</title></head>
<body style="font-family:system-ui,sans-serif;line-height:1.5;color:#1d2430;background:#ffffff">
<p>{greeting}</p>
<p>{before}</p>
{orders}
<p>{after}</p>
</body></html>
"""
_ORDER = """\
<h2 style="font-size:1.1em">{number}</h2>
<p>{rows}</p>
<p><a href="{link}" style="display:inline-block;padding:12px 20px;background:#1d4f91;color:#ffffff;\
text-decoration:none;border-radius:6px">{button}</a></p>"""


def supplier_mail(kind: str, letter: SupplierLetter, *, sender: str) -> bytes:
    """Return the bytes of a mail of that kind (RFC 5322), plain text with HTML beside it.

    A language that nobody wrote is English. Control characters in what others typed are taken out.
    Raises KeyError for an unknown kind, ValueError for an address that cannot be one.
    """
    language = letter.language if letter.language in _TEXTS else "en"
    words, common = _TEXTS[language][kind], _COMMON[language]
    first = letter.orders[0]
    subject = words.subject.format(
        number=first.number, by=_moment(letter, first.by, language), count=_count(letter)
    )
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["Subject"] = _plain(subject)[:LONGEST_SUBJECT]
    message["From"] = Address(display_name=SENDER, addr_spec=sender)
    message["To"] = Address(addr_spec=letter.to)
    message["Date"] = letter.at
    message["Message-ID"] = f"<{letter.message_id}@{sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday note answers it
    greeting = common.greeting.replace("{name}", _plain(letter.name))
    after = words.after
    if letter.more:
        after = f"{common.more.format(more=letter.more)} {after}"
    told = [(one, _rows(one, words, letter, language)) for one in letter.orders]
    texts = ["\n".join((one.number, *rows, one.link)) for one, rows in told]
    message.set_content("\n\n".join((greeting, words.before, *texts, after)) + "\n")
    cards = [
        _ORDER.format(
            number=escape(one.number),
            rows="<br>".join(escape(row) for row in rows),
            link=escape(one.link),
            button=escape(words.button.format(number=one.number)),
        )
        for one, rows in told
    ]
    page = _PAGE.format(
        language=language,
        subject=escape(_plain(subject)),
        greeting=escape(greeting),
        before=escape(words.before),
        orders="\n".join(cards),
        after=escape(after),
    )
    message.add_alternative(page, subtype="html")
    return message.as_bytes()


def _count(letter: SupplierLetter) -> int:
    return len(letter.orders) + letter.more


def _rows(one: MailedOrder, words: _Words, letter: SupplierLetter, language: str) -> list[str]:
    rows = [_row(line, language) for line in one.lines]
    rows += [_wish(wish, language) for wish in one.wishes]
    if one.city:
        rows.append(_COMMON[language].to.replace("{city}", _plain(one.city)))
    if one.by is not None:
        rows.append(words.by.format(by=_moment(letter, one.by, language)))
    return rows


def _row(line: MailedLine, language: str) -> str:
    if not line.packs:
        return f"{line.quantity} × {_plain(line.name)}"
    pieces = _COMMON[language].pieces.format(quantity=line.quantity, packs=line.packs)
    return f"{pieces}: {_plain(line.name)}"


def _wish(wish: MailedWish, language: str) -> str:
    common = _COMMON[language]
    text = common.elsewhere if wish.ours else common.less
    return text.format(name=_plain(wish.name), quantity=wish.quantity, open=wish.open)


def _moment(letter: SupplierLetter, when: datetime | None, language: str) -> str:
    """Day and hour in the reader's zone: `Tue, Nov 25, 14:00`."""
    if when is None:
        return _COMMON[language].no_day
    local = when.astimezone(letter.zone)
    day = dates.format_skeleton("MMMEd", local.date(), locale=Locale.parse(language))
    return f"{day}, {local:%H:%M}"


def _plain(text: str) -> str:
    return _CONTROLS.sub(" ", text).strip()
