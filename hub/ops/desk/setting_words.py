"""What the settings of a partner's page are called where people read them.

A page's keys are for who writes it; here each has words that a reader knows. A key that is not here
is read as it is written.
"""

from collections.abc import Mapping, Sequence

from hub.ops.desk.business import words

_NAMED: Mapping[str, str] = {
    # who the two of us are
    "ours.qualifier": "Our qualifier",
    "ours.id": "Our identifier",
    "ours.group": "Our group",
    "theirs.qualifier": "Their qualifier",
    "theirs.id": "Their identifier",
    "theirs.group": "Their group",
    "cxml.ours.domain": "Our cXML domain",
    "cxml.ours.identity": "Our cXML identity",
    "cxml.ours.secret": "Our cXML secret",
    "cxml.theirs.domain": "Their cXML domain",
    "cxml.theirs.identity": "Their cXML identity",
    "cxml.theirs.secret": "Their cXML secret",
    "cxml.agent": "cXML program",
    "cxml.deployment": "cXML deployment",
    "cxml.host": "cXML host",
    "cxml.language": "cXML language",
    "cxml.version": "cXML version",
    # how papers are written
    "version": "Version of the standard",
    "usage": "Test or production",
    "wants_receipt": "Asks for receipts",
    "receipts": "Receipts are sent",
    "short_isa": "An ISA that is too short",
    "charset": "Character set",
    "upper_case": "Written in capitals",
    "replacement": "Sign for what is not in the set",
    "in_data": "Delimiters within data",
    "newline": "A new line after each segment",
    "delimiters.component": "Delimiter of components",
    "delimiters.element": "Delimiter of elements",
    "delimiters.repetition": "Delimiter of repetitions",
    "delimiters.segment": "Delimiter of segments",
    "encoding": "Encoding of characters",
    "declaration": "XML declaration is written",
    "envelope": "Envelope of papers",
    "indent": "Spaces of indentation",
    "documents": "Member that holds papers",
    "type": "Member that names the paper",
    "feeds": "Papers that are stock lists",
    # tables
    "dates": "Way of writing dates",
    "file": "Kind of file",
    "kind": "Kind of stock report",
    "read_by": "Who reads the table",
    "rows": "Rows that are wrong",
    "separator": "Separator of columns",
    "table": "What the table tells",
    # wires
    "host": "Address of the server",
    "host_key": "Key of the server",
    "port": "Port of the server",
    "user": "Name to sign in with",
    "key_file": "Our private key",
    "inbox": "Folder that we read",
    "outbox": "Folder that we write to",
    "archive": "Folder for what was read",
    "pattern": "Names that are read",
    "ignore": "Names that are not read",
    "direct": "Written under the last name at once",
    "allow_private": "Private addresses allowed",
    "content_type": "Type of the content",
    "expect": "Answers that are good",
    "method": "Method of the call",
    "reply": "What the answer holds",
    "url": "Address that is called",
    "auth.kind": "Way to prove who we are",
    "auth.token": "Token of the access",
    "to": "Mails go to",
    "sender": "Mails come from us as",
    "subject": "Subject of mails",
    "greeting": "Words at the beginning",
    "place": "Place of the paper in a mail",
    "server": "Server of mails",
    # limits
    "connect_seconds": "Seconds to connect",
    "io_seconds": "Seconds without a sign",
    "total_seconds": "Seconds in all",
    "max_listing": "Most files of a folder",
    "max_problems": "Most mistakes of a file",
    "max_levels": "Most levels of a paper",
    "max_document_bytes": "Most bytes of a paper",
    "max_element_bytes": "Most bytes of an element",
    "max_segment_bytes": "Most bytes of a segment",
    "max_feed_bytes": "Most bytes of a stock list",
    "max_reply": "Most bytes of an answer",
    "limits.max_bytes": "Most bytes of a file",
    "limits.max_feed_bytes": "Most bytes of a stock list",
    "limits.max_row": "Most bytes of a row",
    "limits.max_text": "Most signs of a text",
    "limits.max_depth": "Deepest nesting",
    "limits.max_elements": "Most elements of a paper",
    "limits.max_attributes": "Most attributes of an element",
    "limits.max_values": "Most values of a paper",
}


def setting_name(path: Sequence[str]) -> str:
    """Return what the setting at this path of a channel's page is called."""
    return _NAMED.get(".".join(path)) or words(" ".join(path))
