"""What the codes of this format mean, for those who look one up."""

from hub.domain.meanings import Do, Met, meanings

MEANINGS = meanings(
    Met.XML,
    of={
        "cxml-credentials": (
            "The credentials or the shared secret of the cXML are not the agreed ones.",
            Do.PAGE,
        ),
        "cxml-deployment": (
            (
                "The cXML is marked for test where the channel is for production, or the other way "
                "round."
            ),
            Do.PAPER,
        ),
        "cxml-envelope-refused": (
            "The paper stands in a cXML envelope that was refused as a whole.",
            Do.PAPER,
        ),
        "cxml-none": (
            "The file is no cXML, or there is no request, response or message in it.",
            Do.CHANNEL,
        ),
        "cxml-payload-id": ("The payloadID of the cXML is missing or too long.", Do.PAPER),
        "cxml-status": ("The partner's system answered our cXML with an error.", Do.ANSWER),
        "cxml-unchecked": (
            "The shared secret of the cXML was not checked at this place.",
            Do.NOTHING,
        ),
        "xml-attributes": ("An element of the XML has more attributes than are taken.", Do.SMALLER),
        "xml-beside": ("Too many elements stand beside the rows of the XML.", Do.SMALLER),
        "xml-doctype": (
            "The XML has a document type declaration (DTD), which is not allowed.",
            Do.FILE,
        ),
        "xml-elements": ("The paper has more elements than the channel takes.", Do.SMALLER),
        "xml-empty": ("The XML file has no bytes in it.", Do.FILE),
        "xml-encoding": ("The XML is in an encoding that is not taken; UTF-8 is.", Do.FILE),
        "xml-entity": ("The XML uses an entity that XML itself does not define.", Do.FILE),
        "xml-instruction": ("The XML has a processing instruction, which is not allowed.", Do.FILE),
        "xml-name": ("A name of ours cannot be written as an XML element.", Do.PAGE),
        "xml-namespace": ("A namespace of the XML is no URI.", Do.FILE),
        "xml-none": ("The file is no XML.", Do.CHANNEL),
        "xml-not-well-formed": ("The file is not well-formed XML.", Do.FILE),
        "xml-schema": (
            "The paper does not follow the schema that the partner's page names.",
            Do.PAPER,
        ),
        "xml-too-deep": (
            "Elements of the XML stand within one another deeper than is taken.",
            Do.PAPER,
        ),
        "xml-too-large": ("The XML is larger than the channel takes.", Do.SMALLER),
        "xml-too-long": ("A text, tag or comment of the XML is longer than is taken.", Do.SMALLER),
        "xml-version": ("The file is another version of XML than 1.0.", Do.FILE),
    },
)
