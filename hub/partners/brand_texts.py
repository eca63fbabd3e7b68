"""What a brand says to its customers in words of its own: texts with holes, and no logic at all.

A hole is a word in braces, `{order}`; which words a text may hold is fixed here. There is nothing
else: no conditions, no loops, no attributes, so that a text can do no more than be read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from hub.partners import brand_texts_de

HOLE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRule:
    """What is said when the brand says nothing itself, and the words that may stand in braces."""

    default: str
    words: frozenset[str] = frozenset()


_MAIL = frozenset({"brand", "order", "phone", "reply_email"})
_SIGNED = "\n\n{brand}\n{reply_email}\n"
_SEE = "\n\nSee where it is:\n{link}" + _SIGNED

TEXTS: Mapping[str, TextRule] = MappingProxyType(
    {
        "welcome": TextRule(
            default="Enter the order number and the e-mail address or the postcode of your order. "
            "We send a code that opens it to the e-mail address of the order.",
            words=frozenset({"brand"}),
        ),
        "footer": TextRule(default="", words=frozenset({"brand"})),
        "code_subject": TextRule(default="{code} is your code for {brand}", words=_MAIL | {"code"}),
        "code": TextRule(
            default="Hello,\n\nYour code is {code}. It works once, for {minutes} minutes, on the "
            "page where you asked for it.\n\nYou did not ask for a code? Then you need not do "
            "anything: without it nobody can see your address." + _SIGNED,
            words=_MAIL | {"code", "minutes"},
        ),
        "confirmed_subject": TextRule(default="We received your order {order}", words=_MAIL),
        "confirmed": TextRule(
            default="Hello,\n\nThank you for your order {order}:\n\n{goods}\n\n{arrival}" + _SEE,
            words=_MAIL | {"goods", "arrival", "link"},
        ),
        "moved_subject": TextRule(
            default="Your order {order} comes on another day", words=_MAIL | {"now", "was"}
        ),
        "moved": TextRule(
            default="Hello,\n\nYour order {order} was to arrive by {was}. It now arrives by "
            "{now}: {reason}." + _SEE,
            words=_MAIL | {"now", "was", "reason", "link"},
        ),
        "moved_part_subject": TextRule(
            default="A part of your order {order} comes on another day",
            words=_MAIL | {"now", "was"},
        ),
        "moved_part": TextRule(
            default="Hello,\n\nA part of your order {order} arrives on another day:\n\n"
            "{changes}" + _SEE,
            words=_MAIL | {"changes", "now", "was", "link"},
        ),
        "found_subject": TextRule(
            default="Your order {order}: we know the day on which it arrives", words=_MAIL | {"now"}
        ),
        "found": TextRule(
            default="Hello,\n\nYour order {order} arrives by {now}." + _SEE,
            words=_MAIL | {"now", "link"},
        ),
        "found_part_subject": TextRule(
            default="Your order {order}: we know the day on which a part arrives",
            words=_MAIL | {"now"},
        ),
        "found_part": TextRule(
            default="Hello,\n\nNow we know when this from your order {order} arrives:\n\n"
            "{changes}" + _SEE,
            words=_MAIL | {"changes", "now", "link"},
        ),
        "shipped_subject": TextRule(default="Your order {order} is on its way", words=_MAIL),
        "shipped": TextRule(
            default="Hello,\n\nWe have sent you this from your order {order}:\n\n{parcels}\n\n"
            "{rest}" + _SEE,
            words=_MAIL | {"parcels", "rest", "link"},
        ),
        "corrected_subject": TextRule(
            default="A correction to a parcel of your order {order}", words=_MAIL
        ),
        "corrected": TextRule(
            default="Hello,\n\nWe wrote to you of a parcel of your order {order} that is on its "
            "way.\n\n{changes}\n\n{parcels}\n\n{rest}" + _SEE,
            words=_MAIL | {"changes", "parcels", "rest", "link"},
        ),
        "stayed_subject": TextRule(
            default="A parcel of your order {order} has not left", words=_MAIL
        ),
        "stayed": TextRule(
            default="Hello,\n\nWe wrote to you that this from your order {order} was on its way. "
            "That was a mistake: it has not left.\n\n{parcels}\n\n{rest}" + _SEE,
            words=_MAIL | {"parcels", "rest", "link"},
        ),
        "delivered_subject": TextRule(
            default="A parcel of your order {order} was delivered", words=_MAIL
        ),
        "delivered": TextRule(
            default="Hello,\n\nThe carrier has delivered this from your order {order}:\n\n"
            "{parcels}\n\n{rest}\n\nYou cannot find it? Look around your door and ask your "
            "neighbours, then write to us." + _SEE,
            words=_MAIL | {"parcels", "rest", "link"},
        ),
        "cancelled_subject": TextRule(
            default="Cancelled: {what} of your order {order}", words=_MAIL | {"what"}
        ),
        "cancelled": TextRule(
            default="Hello,\n\nThis from your order {order} was cancelled and will not be sent:\n\n"
            "{goods}\n\n{rest}" + _SEE,
            words=_MAIL | {"what", "goods", "rest", "link"},
        ),
        "changed_subject": TextRule(default="Your order {order} was changed", words=_MAIL),
        "changed": TextRule(
            default="Hello,\n\nThis was changed in your order {order}:\n\n{changes}" + _SEE,
            words=_MAIL | {"changes", "link"},
        ),
        "declined_subject": TextRule(
            default="Your order {order}: it was too late for the {what}", words=_MAIL | {"what"}
        ),
        "declined": TextRule(
            default="Hello,\n\nYou asked for a {what} of your order {order}. It was too late: "
            "{reason}.\n\n{goods}\n\n{returns}" + _SEE,
            words=_MAIL | {"what", "goods", "reason", "returns", "link"},
        ),
        "late_subject": TextRule(
            default="Your order {order} comes later", words=_MAIL | {"now", "was"}
        ),
        "late": TextRule(
            default="Hello,\n\nYour order {order} was to arrive by {was}. It now arrives by "
            "{now}: {reason}. We are sorry that you have to wait." + _SEE,
            words=_MAIL | {"now", "was", "reason", "link"},
        ),
        "late_part_subject": TextRule(
            default="A part of your order {order} comes later", words=_MAIL | {"now", "was"}
        ),
        "late_part": TextRule(
            default="Hello,\n\nA part of your order {order} arrives later:\n\n{changes}\n\n"
            "We are sorry that you have to wait." + _SEE,
            words=_MAIL | {"changes", "now", "was", "link"},
        ),
        "looking_subject": TextRule(default="We are looking into your order {order}", words=_MAIL),
        "looking": TextRule(
            default="Hello,\n\nWe are finding out where your order {order} is, and write to you "
            "as soon as we know more." + _SEE,
            words=_MAIL | {"link"},
        ),
    }
)
MAILS = (
    *("code", "confirmed", "moved", "shipped", "delivered"),
    *("cancelled", "changed", "declined"),
)
"""The mails there are; a brand's page says which of them its customers get."""
BY_HAND = ("late", "looking")
"""The mails that somebody of the house sends by hand, whatever the page says of the others."""


LANGUAGES = ("en", "de")
"""The languages in which customers are spoken to; the first is that of `TEXTS`."""
_OTHERS: Mapping[str, Mapping[str, str]] = MappingProxyType({"de": brand_texts_de.TEXTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandTexts:
    """A brand's own texts by name; the others are as `TEXTS` has them, in the brand's language."""

    own: Mapping[str, str] = field(default_factory=dict)
    language: str = LANGUAGES[0]

    def text(self, name: str) -> str:
        """Return the text of that name; KeyError for one that nobody has."""
        return self.own.get(name) or self.default(name)

    def default(self, name: str) -> str:
        """Return what is said when the brand says nothing itself; KeyError for no such text."""
        return _OTHERS.get(self.language, {}).get(name) or TEXTS[name].default


def wrong_holes(name: str, text: str) -> str:
    """Return what is wrong with the braces of a text, empty when nothing is."""
    allowed = TEXTS[name].words
    strange = sorted({hole for hole in HOLE.findall(text) if hole not in allowed})
    if strange:
        words = ", ".join(f"{{{word}}}" for word in sorted(allowed)) or "no braces at all"
        return f"nobody fills {{{strange[0][:40]}}}; there are: {words}"
    if "{" in (rest := HOLE.sub("", text)) or "}" in rest:
        return "a brace stands alone; write words to be filled in as {order}"
    if name.endswith("_subject") and "\n" in text.strip():
        return "a subject is one line"
    return ""
