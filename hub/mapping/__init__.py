"""Maps, pure: a page of `mappings/` reads a partner's paper into messages and writes ours back.

What lives here: the closed vocabulary of pages, for segments and for trees (`element_*`), their
compilation, reading (feeds in pieces), writing, converters and code tables. What does not: files
(the caller brings the texts), bytes and envelopes (formats), what a message does to an order
(rules). Who may come in: flow, ops, main.
"""

from hub.mapping.finding import place_of
from hub.mapping.library import Library, Page, load
from hub.mapping.origins import Origins
from hub.mapping.reading import Reading, Unread
from hub.mapping.writing import Writing

__all__ = ["Library", "Origins", "Page", "Reading", "Unread", "Writing", "load", "place_of"]
