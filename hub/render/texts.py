"""Filling in the holes of a brand's texts: plain replacement, each hole once, nothing evaluated."""

from collections.abc import Mapping

from hub.partners import HOLE


def filled(text: str, words: Mapping[str, str]) -> str:
    """Return the text with every `{word}` replaced; KeyError for a word that is not given.

    What is filled in is never looked at again: braces in a customer's name stay braces.
    """
    return HOLE.sub(lambda hole: words[hole.group(1)], text)
