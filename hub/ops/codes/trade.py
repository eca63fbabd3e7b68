"""What the codes of orders, shipments, stock and invoices mean."""

from hub.domain.meanings import Do, Met, meanings

MEANINGS = meanings(
    Met.RULE,
    of={
        "answer-stands": ("The answer cannot be taken back any more.", Do.ASK),
        "answered-otherwise-before": (
            "The change was answered otherwise before; this answer was not used.",
            Do.AGREE,
        ),
        "answered-too-much": ("More is answered for a line than was asked for.", Do.AGREE),
        "cancels-a-report": ("A stock report cannot be taken back.", Do.PAPER),
        "changed-not-how": ("The answer says that something was changed, and not what.", Do.ASK),
        "differs": ("What is told differs from what stands here.", Do.AGREE),
        "event-ahead": ("The event of a parcel lies in the future and was not used.", Do.PAPER),
        "feed-guard": (
            "A stock report would leave too many articles with none; it waits for a person.",
            Do.LEVELS,
        ),
        "invoice-currency": (
            "The invoice is in another currency than the purchase order.",
            Do.INVOICE,
        ),
        "invoice-line": ("The invoice has a line that is not on the purchase order.", Do.INVOICE),
        "invoice-price": (
            "The invoice asks another price than the purchase order names.",
            Do.INVOICE,
        ),
        "invoice-quantity": ("More units are invoiced than are shipped.", Do.INVOICE),
        "invoice-total": (
            "The total of the invoice is not the sum of its lines and charges.",
            Do.INVOICE,
        ),
        "invoice-unit": ("The invoice counts in another unit than the purchase order.", Do.INVOICE),
        "listed-twice": (
            "The stock report lists an article twice under different names.",
            Do.NAMES,
        ),
        "mail-refused": ("The mail server refused a mail for good.", Do.MAIL),
        "named-otherwise-before": (
            "The same paper may be booked already, from before a name was said anew.",
            Do.ASK,
        ),
        "names-no-goods": ("The ship notice names no goods and no parcel.", Do.PAPER),
        "not-asked-any-more": (
            "A partner was asked to leave goods to others, and said since that it sends them.",
            Do.AGREE,
        ),
        "not-for-us": ("A paper of this kind is not for us to receive.", Do.CHANNEL),
        "nothing-to-take-back": ("An invoice is taken back that never came.", Do.NUMBER),
        "number-used-before": (
            "The interchange number came before with other contents.",
            Do.REPLACE,
        ),
        "older-report": ("A later full stock report was heard before this one.", Do.NOTHING),
        "order-or-change": (
            "The answer may be to the order or to its change; nobody knows which.",
            Do.ASK,
        ),
        "parcel-moved": (
            "The carrier has a parcel of the shipment already; it cannot be taken back.",
            Do.ASK,
        ),
        "parcel-told-before": (
            "The parcel stands already with the same line, by another ship notice.",
            Do.PARCEL,
        ),
        "rejected-by-partner": ("The partner's receipt rejects a paper of ours.", Do.ANSWER),
        "rejects-none": (
            "A line is rejected with a quantity of zero, which declines nothing.",
            Do.PAPER,
        ),
        "replaces-with-nothing": ("The replacement of a shipment names no goods.", Do.PAPER),
        "said-otherwise-before": (
            "The same paper came before with other contents; this one was not used.",
            Do.REPLACE,
        ),
        "shipped-before": (
            "The goods were told as shipped before they were said to be stopped.",
            Do.AGREE,
        ),
        "says-nothing": ("The answer to a change says neither yes nor no.", Do.ASK),
        "shipment-invoiced": (
            "The shipment is invoiced, so that it cannot be taken back.",
            Do.INVOICE,
        ),
        "shipment-taken-back": (
            "The shipment was taken back before; this notice of it ships nothing.",
            Do.REPLACE,
        ),
        "short-and-complete": (
            "A line is called complete although units of it are missing.",
            Do.ASK,
        ),
        "superseded": ("A later paper has taken the place of this one.", Do.STANDS),
        "takes-back": ("The paper takes back an earlier one; what was recorded stays.", Do.ASK),
        "too-many-interchanges": ("One delivery has more interchanges than are taken.", Do.SMALLER),
        "unknown-answer": ("No answer to the purchase order is kept under that name.", Do.NUMBER),
        "unknown-change": (
            "The answer names a change that the purchase order does not have.",
            Do.NUMBER,
        ),
        "unknown-parcel": (
            "No ship notice has named this tracking number yet; the event is kept.",
            Do.NOTHING,
        ),
        "unknown-shipment": ("The purchase order has no shipment of that number.", Do.NUMBER),
    },
)
