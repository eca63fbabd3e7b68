"""What the codes of forms and uploads of suppliers mean."""

from hub.domain.meanings import Do, Met, meanings

MEANINGS = meanings(
    Met.UPLOAD,
    of={
        "customer-asks": (
            "The order is asked to be cancelled or changed, and nobody answered yet.",
            Do.LOOK,
        ),
        "form-sent-before": ("The same form was sent before with other words in it.", Do.RELOAD),
        "named-twice": ("Several rows name the same article; what they say is added up.", Do.LOOK),
        "nameless": ("A column has no heading of 1 to 80 signs.", Do.UPLOAD),
        "no-carrier": ("The row names no carrier that is known.", Do.UPLOAD),
        "no-quantity": ("The row says no quantity, or zero.", Do.UPLOAD),
        "no-tracking": ("The row has no tracking number.", Do.UPLOAD),
        "other-carrier": (
            "The tracking number looks like another carrier than the row names.",
            Do.LOOK,
        ),
        "other-table": ("The table is another one than this page takes.", Do.RELOAD),
        "out-of-time": ("The day of shipping is not a likely one.", Do.UPLOAD),
        "said-before": ("The file was sent before, and the row did not count.", Do.NEWFILE),
        "several-parcels": (
            "The row does not say in which of several parcels the goods are.",
            Do.UPLOAD,
        ),
        "taken-back-since": ("What was said with this form was taken back since.", Do.RELOAD),
        "thousands": ("The quantity can be read with thousands or with decimals.", Do.UPLOAD),
        "together": ("The row goes together with one at which there is a question.", Do.LOOK),
        "told-before": ("Another order left under this tracking number already.", Do.LOOK),
        "told-twice": ("Another order of the table has the same tracking number.", Do.LOOK),
        "unread": ("The row cannot be read.", Do.UPLOAD),
        "unread-columns": (
            "All that is open leaves in the parcel, as the table has columns that are not read.",
            Do.LOOK,
        ),
        "wrong-digit": ("The check digit of the tracking number is wrong.", Do.LOOK),
    },
)
