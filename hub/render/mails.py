"""A mail from a brand's texts: one recipient, plain text and HTML, headers nobody breaks out of."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from hub.partners import Brand
from hub.render.dressed import dressed
from hub.render.texts import filled

LONGEST_SUBJECT = 200
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@({_LABEL}(?:\.{_LABEL})+)", re.ASCII)
_CONTROLS_BUT_LINES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]+")
_GAPS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Whom a mail goes to, when it was written, and its Message-ID without brackets.

    Raises ValueError where it is used when the address of the recipient cannot be one.
    """

    to: str
    at: datetime
    message_id: str


def mail(
    brand: Brand,
    kind: str,
    words: Mapping[str, str],
    head: Letterhead,
    *,
    links: Collection[str] = (),
) -> bytes:
    """Return the bytes of a brand's mail of that kind (RFC 5322), from its own texts.

    It says the same twice, as plain text and as HTML (RFC 2046 §5.1.4). `words` fill the texts
    beside the brand's own; of addresses of the net only those in `links` can be clicked. Raises
    ValueError when `head.to` is no address; control characters in what is filled in are taken out.
    """
    subject, text = said(brand, kind, words)
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["Subject"] = subject
    message["From"] = Address(display_name=brand.name, addr_spec=brand.mail_from)
    message["To"] = _one_address(head.to)
    if brand.reply_email != brand.mail_from:
        message["Reply-To"] = Address(addr_spec=brand.reply_email)
    message["Date"] = head.at
    message["Message-ID"] = f"<{head.message_id}@{brand.mail_from.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday note answers it
    message.set_content(text)
    message.add_alternative(dressed(brand, subject, text, links=links), subtype="html")
    message.set_boundary(f"=_{head.message_id}")  # no chance in it: the same mail is the same bytes
    return message.as_bytes()


def said(brand: Brand, kind: str, words: Mapping[str, str]) -> tuple[str, str]:
    """Return the subject and the plain text of a brand's mail of that kind, as `mail` writes them.

    Raises KeyError for a word of the text that nobody gives.
    """
    all_words = {
        "brand": brand.name,
        "phone": brand.phone,
        "reply_email": brand.reply_email,
        **{name: _CONTROLS_BUT_LINES.sub(" ", word) for name, word in words.items()},
    }
    subject = _CONTROLS.sub(" ", filled(brand.texts.text(f"{kind}_subject"), all_words))
    # What is not known leaves no hole in the page.
    text = _GAPS.sub("\n\n", filled(brand.texts.text(kind), all_words).strip()) + "\n"
    return subject[:LONGEST_SUBJECT], text


def _one_address(text: str) -> Address:
    """Other forms of RFC 5322 are nobody's; its parser fails at some in ways of its own."""
    found = _ADDRESS.fullmatch(text.strip())
    if found is None:
        raise ValueError("the customer's e-mail is no single address")
    return Address(username=found[1], domain=found[2])
