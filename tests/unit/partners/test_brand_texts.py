from hub.partners import HOLE, TEXTS, brand_texts_de
from hub.partners.brand_texts import wrong_holes

GERMAN = brand_texts_de.TEXTS
LINK = "{link}"


def test_german_has_the_same_texts_as_english():
    assert GERMAN.keys() == TEXTS.keys()
    assert {name for name, text in GERMAN.items() if not text} == {"footer"}


def test_german_texts_hold_no_other_words_and_those_of_the_english_ones():
    for name, text in GERMAN.items():
        assert wrong_holes(name, text) == "", name
        assert set(HOLE.findall(text)) == set(HOLE.findall(TEXTS[name].default)), name


def test_a_link_stands_alone_on_its_line_so_that_it_becomes_a_button():
    linked = [text for text in GERMAN.values() if LINK in text]
    assert len(linked) == sum(LINK in rule.default for rule in TEXTS.values())
    for text in linked:
        (paragraph,) = (one for one in text.split("\n\n") if LINK in one)
        label, link = paragraph.split("\n")
        assert label.endswith(":") and link == LINK
