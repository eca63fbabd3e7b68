"""Mails to people who work here or at a supplier: short, one link, plain text with HTML beside it.

All their words stand here, in every language that users may choose.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from types import MappingProxyType

SENDER = "Supplier hub"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserLetter:
    """A mail to one user; `link` is its only link, `message_id` stands without brackets."""

    to: str
    name: str
    language: str
    link: str
    at: datetime
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    subject: str
    before: str
    button: str
    after: str


_ENGLISH: Mapping[str, _Words] = MappingProxyType(
    {
        "invite": _Words(
            subject="You are invited to the supplier hub",
            before="an account was made for you. Open this page to begin:",
            button="Begin",
            after="The link works once, within seven days. If you did not expect it, do nothing.",
        ),
        "link": _Words(
            subject="Your link to sign in",
            before="here is the link you asked for:",
            button="Sign in",
            after="It works once, within 15 minutes. If you did not ask for it, do nothing.",
        ),
        "reset": _Words(
            subject="Set a new password",
            before="here is the page to set a new password:",
            button="Set a new password",
            after="It works once, within 15 minutes. If you did not ask for it, do nothing: "
            "your password stays as it is.",
        ),
        "password_changed": _Words(
            subject="Your password was changed",
            before="the password of your account was changed, and other browsers were signed out.",
            button="See your account",
            after="Was it not you? Ask for a link to set a new one on the page where you sign in, "
            "and tell whoever keeps the hub.",
        ),
        "factor_changed": _Words(
            subject="Your second factor was changed",
            before="the authenticator app of your account was set up or taken away.",
            button="See your account",
            after="Was it not you? Tell whoever keeps the hub at once.",
        ),
        "new_place": _Words(
            subject="A new sign-in to your account",
            before="somebody signed in to your account from a place you never signed in from.",
            button="See where you are signed in",
            after="If it was you, do nothing. If not, end the other sessions there, change your "
            "password, and tell whoever keeps the hub.",
        ),
    }
)
_GERMAN: Mapping[str, _Words] = MappingProxyType(
    {
        "invite": _Words(
            subject="Sie sind in das Lieferantenportal eingeladen",
            before="für Sie wurde ein Konto angelegt. Auf dieser Seite geht es los:",
            button="Loslegen",
            after="Der Link gilt einmal, innerhalb von sieben Tagen. Falls Sie ihn nicht erwartet "
            "haben, tun Sie nichts.",
        ),
        "link": _Words(
            subject="Ihr Link zum Anmelden",
            before="hier ist der Link, um den Sie gebeten haben:",
            button="Anmelden",
            after="Er gilt einmal, innerhalb von 15 Minuten. Falls Sie nicht darum gebeten haben, "
            "tun Sie nichts.",
        ),
        "reset": _Words(
            subject="Neues Passwort festlegen",
            before="auf dieser Seite legen Sie ein neues Passwort fest:",
            button="Neues Passwort festlegen",
            after="Der Link gilt einmal, innerhalb von 15 Minuten. Falls Sie nicht darum gebeten "
            "haben, tun Sie nichts: Ihr Passwort bleibt, wie es ist.",
        ),
        "password_changed": _Words(
            subject="Ihr Passwort wurde geändert",
            before="das Passwort Ihres Kontos wurde geändert, andere Browser wurden abgemeldet.",
            button="Zum Konto",
            after="Das waren nicht Sie? Fordern Sie auf der Anmeldeseite einen Link für ein neues "
            "an und sagen Sie es denen, die den Hub betreuen.",
        ),
        "factor_changed": _Words(
            subject="Ihr zweiter Faktor wurde geändert",
            before="die Authenticator-App Ihres Kontos wurde eingerichtet oder entfernt.",
            button="Zum Konto",
            after="Das waren nicht Sie? Sagen Sie es sofort denen, die den Hub betreuen.",
        ),
        "new_place": _Words(
            subject="Neue Anmeldung an Ihrem Konto",
            before="jemand hat sich von einem Ort angemeldet, von dem Sie sich nie angemeldet "
            "haben.",
            button="Ihre Sitzungen ansehen",
            after="Waren Sie es, tun Sie nichts. Wenn nicht, beenden Sie dort die anderen "
            "Sitzungen, ändern Sie Ihr Passwort und sagen Sie es denen, die den Hub betreuen.",
        ),
    }
)
_GREETINGS = MappingProxyType({"en": "Hello {name},", "de": "Guten Tag {name},"})
_TEXTS = MappingProxyType({"en": _ENGLISH, "de": _GERMAN})
_PAGE = """\
<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{subject}</title></head>
<body style="font-family:system-ui,sans-serif;line-height:1.5;color:#1d2430;background:#ffffff">
<p>{greeting}</p>
<p>{before}</p>
<p><a href="{link}" style="display:inline-block;padding:12px 20px;background:#1d4f91;color:#ffffff;\
text-decoration:none;border-radius:6px">{button}</a></p>
<p>{after}</p>
</body></html>
"""


def user_mail(kind: str, letter: UserLetter, *, sender: str) -> bytes:
    """Return the bytes of a mail of that kind (RFC 5322) from the hub's own sender.

    A language that nobody wrote is English. Raises KeyError for an unknown kind, ValueError for an
    address that cannot be one.
    """
    language = letter.language if letter.language in _TEXTS else "en"
    words = _TEXTS[language][kind]
    greeting = _GREETINGS[language].replace("{name}", letter.name)
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["Subject"] = words.subject
    message["From"] = Address(display_name=SENDER, addr_spec=sender)
    message["To"] = Address(addr_spec=letter.to)
    message["Date"] = letter.at
    message["Message-ID"] = f"<{letter.message_id}@{sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday note answers it
    plain = "\n\n".join((greeting, words.before, letter.link, words.after))
    message.set_content(plain + "\n")
    page = _PAGE.format(
        language=language,
        subject=escape(words.subject),
        greeting=escape(greeting),
        before=escape(words.before),
        link=escape(letter.link),
        button=escape(words.button),
        after=escape(words.after),
    )
    message.add_alternative(page, subtype="html")
    return message.as_bytes()
