"""A brand's own words that mean harm, in every mail that it may send."""

import email
from datetime import UTC, datetime
from email.policy import default
from functools import cache

import pytest
import yaml
from lxml import html

from hub import settings
from hub.partners import Brand, load_brands
from hub.partners.brand_texts import BY_HAND, MAILS, TEXTS
from hub.render import Letterhead, mail
from tests.web.payloads import PAYLOADS, harm, typed_of

LINK = "https://juniper.example.com/s/abc"
WORDS = dict.fromkeys(set().union(*(rule.words for rule in TEXTS.values())), "word") | {
    "link": LINK
}
HEAD = Letterhead(
    to="maya@example.com", at=datetime(2026, 11, 20, 15, 0, tzinfo=UTC), message_id="m-1"
)
HEADERS = frozenset(
    {
        "subject",
        "from",
        "to",
        "date",
        "message-id",
        "auto-submitted",
        "mime-version",
        "content-type",
    }
)


@pytest.mark.parametrize("kind", [*MAILS, *BY_HAND])
def test_a_brand_s_own_words_are_text_in_its_mails(kind: str) -> None:
    """A brand's page that the hub would start with, in the words of each mail that there is."""
    told, seen = [], 0
    for n, text in enumerate(PAYLOADS):
        message = email.message_from_bytes(
            mail(_brand(text), kind, WORDS, HEAD, links={LINK}), policy=default
        )
        told += [f"{name}: {one}" for name, one in message.items() if "\n" in str(one)]
        told += [f"{n} {name}" for name in message if name.lower() not in HEADERS]
        assert message["To"] == HEAD.to
        page, plain = (message.get_body((one,)) for one in ("html", "plain"))
        assert page is not None and plain is not None
        tree = html.document_fromstring(str(page.get_content()))
        told += [f"{n}: {one}" for one in harm(tree, mail=True)]
        links = {str(one) for one in tree.xpath("//@href")}
        told += [f"{n} leads to {one}" for one in links - {LINK}]
        seen += "zq" in str(plain.get_content()) and "zq" in tree.text_content()
    assert told[:9] == []
    assert seen == len(PAYLOADS)


@cache
def _brand(text: str) -> Brand:
    """Juniper with a text wherever it may say something, as a page of the hub's may have it."""
    words = typed_of(text).strip()
    line = " ".join(words.split())
    texts = {
        name: line[:200]
        if name.endswith("_subject")
        else f"{words[:3000]}\n\n{words[:300]}:\n{{link}}"
        for name, rule in TEXTS.items()
        if name.endswith("_subject") or "link" in rule.words
    }
    texts |= {"code": words[:3000], "footer": words[:3000], "welcome": words[:3000]}
    folder = settings.brands_beside(settings.share_folder()) / "juniper"
    page = yaml.safe_load((folder / "brand.yaml").read_text(encoding="utf-8"))
    page |= {"name": line[:60].strip(), "phone": line[:40], "texts": texts}
    page |= {"slip_message": words[:1000], "policies": {"returns": words, "contact": words}}
    page["mail_from"] = page["reply_email"]
    return load_brands({"juniper/brand.yaml": yaml.safe_dump(page, allow_unicode=True)})["juniper"]
