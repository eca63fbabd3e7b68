"""What a brand says to its customers in words of its own: texts with holes, and no logic at all.

A hole is a word in braces, `{order}`; which words a text may hold is fixed here. There is nothing
else: no conditions, no loops, no attributes, so that a text can do no more than be read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

HOLE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRule:
    """What is said when the brand says nothing itself, and the words that may stand in braces."""

    default: str
    words: frozenset[str] = frozenset()


_MAIL = frozenset({"brand", "order", "phone", "reply_email"})
_SIGNED = "\n\n{brand}\n{reply_email}\n"

TEXTS: Mapping[str, TextRule] = MappingProxyType(
    {
        "welcome": TextRule(
            default="Enter the order number and the e-mail address of your order. "
            "We send you a code that opens it.",
            words=frozenset({"brand"}),
        ),
        "footer": TextRule(default="", words=frozenset({"brand"})),
        "code_subject": TextRule(default="{code} is your code for {brand}", words=_MAIL | {"code"}),
        "code": TextRule(
            default="Hello,\n\nyour code is {code}. It works once, for {minutes} minutes, on the "
            "page where you asked for it.\n\nYou did not ask for a code? Then you need not do "
            "anything: without it nobody can see your address." + _SIGNED,
            words=_MAIL | {"code", "minutes"},
        ),
        "moved_subject": TextRule(
            default="Your order {order} comes on another day", words=_MAIL | {"now", "was"}
        ),
        "moved": TextRule(
            default="Hello,\n\nyour order {order} was to arrive by {was}. It now arrives by "
            "{now}: {reason}.\n\nSee where it is:\n{link}" + _SIGNED,
            words=_MAIL | {"now", "was", "reason", "link"},
        ),
        "shipped_subject": TextRule(default="Your order {order} is on its way", words=_MAIL),
        "shipped": TextRule(
            default="Hello,\n\nsomething of your order {order} was shipped:\n\n{parcels}\n\n"
            "See where it is:\n{link}" + _SIGNED,
            words=_MAIL | {"parcels", "link"},
        ),
    }
)
MAILS = ("code", "moved", "shipped")
"""The mails there are; a brand's page says which of them its customers get."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandTexts:
    """A brand's own texts by name; the others are as `TEXTS` has them."""

    own: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return the text of that name; KeyError for one that nobody has."""
        return self.own.get(name) or TEXTS[name].default


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
