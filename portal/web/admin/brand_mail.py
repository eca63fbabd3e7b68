"""A brand's mail with words that nobody wrote, to be looked at before a customer gets one."""

from collections.abc import Mapping
from functools import partial

from hub.domain.wishes import Why
from hub.partners import Brand
from hub.render import News, said, spoken
from hub.render.dressed import dressed
from hub.render.words import WHYS
from portal.web.ground.words import told

# Mails carry their own styles, as mail programs want it; nothing else of one may do anything.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; sandbox; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'none'"
)
LINK = "https://example.com/s/your-order"
_WORDS: Mapping[str, str] = {
    "order": "100245",
    "code": "12345678",
    "minutes": "15",
    "goods": "2 × Stoneware mug, blue\n1 × Reading lamp, oak",
    "arrival": "It arrives by Fri 27 Nov.",
    "was": "Wed 25 Nov",
    "now": "Fri 27 Nov",
    "reason": "it is waiting for new stock",
    "parcels": "2 × Stoneware mug, blue\nUPS 1Z999AA10123456784",
    "rest": "The rest follows; we write again when it leaves.",
    "what": "a part",
    "changes": "The delivery address.",
    "returns": "",
    "link": LINK,
}
_OF_KIND: Mapping[str, Mapping[str, str]] = {
    "delivered": {"rest": "Your order is complete."},
    "cancelled": {"rest": "The rest of your order goes on."},
    "declined": {"what": "cancellation", "reason": WHYS[Why.NO_CHANGES]},
}


def sample_mail(brand: Brand, kind: str) -> bytes:
    """Return a mail of that kind as HTML, in the brand's texts and colours; KeyError for none."""
    words = {**_WORDS, "returns": brand.returns, **_OF_KIND.get(kind, {})}
    news = spoken(News(words=words), kind, partial(told, brand.language))
    subject, text = said(brand, kind, news.words)
    return dressed(brand, subject, f"{subject}\n\n{text}", links={LINK}).encode()
