"""What the codes of this format mean, for those who look one up."""

from hub.domain.meanings import Do, Met, meanings

MEANINGS = meanings(
    Met.JSON,
    of={
        "json-arrays": ("An array stands directly in an array.", Do.PAPER),
        "json-beside": ("Too much stands beside the rows of the JSON.", Do.SMALLER),
        "json-character": (
            "The JSON has a character that nobody can keep: half of one, or a NUL.",
            Do.PAPER,
        ),
        "json-empty": ("The JSON file is empty or has no documents in it.", Do.FILE),
        "json-encoding": ("The JSON is not in UTF-8.", Do.FILE),
        "json-no-object": ("A document of the JSON is no object.", Do.PAPER),
        "json-no-set": ("No member of the JSON says which kind of paper it is.", Do.PAGE),
        "json-not-well-formed": ("The file is not well-formed JSON.", Do.FILE),
        "json-number": ("A number of the JSON is too long, too large or none.", Do.PAPER),
        "json-row": ("A row of the JSON is no object.", Do.FILE),
        "json-too-deep": (
            "Values of the JSON stand within one another deeper than is taken.",
            Do.PAPER,
        ),
        "json-too-large": ("The JSON is larger than the channel takes.", Do.SMALLER),
        "json-too-many": ("The JSON has more documents than are taken in one file.", Do.SMALLER),
        "json-truth": (
            "A value of ours that is yes or no cannot be written as true or false.",
            Do.PAGE,
        ),
        "json-twice": ("A member of the JSON stands twice in one object.", Do.PAPER),
        "json-values": ("The JSON has more values than are taken in one document.", Do.SMALLER),
    },
)
