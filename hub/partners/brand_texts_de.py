"""Say in German what a brand says to its customers when it says nothing itself.

The same texts as `hub.partners.brand_texts.TEXTS`, with no other words in braces. What fills them
is in German already when it comes here: days, reasons, what was changed.
"""

from collections.abc import Mapping
from types import MappingProxyType

_SIGNED = "\n\n{brand}\n{reply_email}\n"
_SEE = "\n\nSehen Sie, wo sie ist:\n{link}" + _SIGNED

TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "welcome": "Geben Sie die Bestellnummer und die E-Mail-Adresse oder die Postleitzahl Ihrer "
        "Bestellung ein. Wir senden einen Code, der sie öffnet, an die E-Mail-Adresse der "
        "Bestellung.",
        "footer": "",
        "code_subject": "{code} ist Ihr Code für {brand}",
        "code": "Guten Tag,\n\nIhr Code ist {code}. Er gilt einmal, {minutes} Minuten lang, auf "
        "der Seite, auf der Sie ihn angefordert haben.\n\nSie haben keinen Code angefordert? Dann "
        "brauchen Sie nichts zu tun: Ohne ihn kann niemand Ihre Adresse sehen." + _SIGNED,
        "confirmed_subject": "Wir haben Ihre Bestellung {order} erhalten",
        "confirmed": "Guten Tag,\n\nvielen Dank für Ihre Bestellung {order}:\n\n{goods}\n\n"
        "{arrival}" + _SEE,
        "moved_subject": "Ihre Bestellung {order} kommt an einem anderen Tag",
        "moved": "Guten Tag,\n\nIhre Bestellung {order} sollte bis {was} ankommen. Sie kommt "
        "jetzt bis {now}: {reason}." + _SEE,
        "moved_part_subject": "Ein Teil Ihrer Bestellung {order} kommt an einem anderen Tag",
        "moved_part": "Guten Tag,\n\nein Teil Ihrer Bestellung {order} kommt an einem anderen "
        "Tag:\n\n{changes}" + _SEE,
        "found_subject": "Ihre Bestellung {order}: Der Tag der Ankunft steht fest",
        "found": "Guten Tag,\n\nIhre Bestellung {order} kommt bis {now} an." + _SEE,
        "found_part_subject": "Ihre Bestellung {order}: Der Tag der Ankunft eines Teils steht fest",
        "found_part": "Guten Tag,\n\njetzt wissen wir, wann Folgendes aus Ihrer Bestellung {order} "
        "ankommt:\n\n{changes}" + _SEE,
        "shipped_subject": "Ihre Bestellung {order} ist unterwegs",
        "shipped": "Guten Tag,\n\nwir haben Ihnen aus Ihrer Bestellung {order} Folgendes "
        "versandt:\n\n{parcels}\n\n{rest}" + _SEE,
        "corrected_subject": "Berichtigung zu einem Paket Ihrer Bestellung {order}",
        "corrected": "Guten Tag,\n\nwir haben Ihnen von einem Paket Ihrer Bestellung {order} "
        "geschrieben, das unterwegs ist.\n\n{changes}\n\n{parcels}\n\n{rest}" + _SEE,
        "stayed_subject": "Ein Paket Ihrer Bestellung {order} wurde nicht versandt",
        "stayed": "Guten Tag,\n\nwir haben Ihnen geschrieben, dass Folgendes aus Ihrer "
        "Bestellung {order} unterwegs ist. Das war ein Irrtum: Es wurde nicht versandt.\n\n"
        "{parcels}\n\n{rest}" + _SEE,
        "delivered_subject": "Ein Paket Ihrer Bestellung {order} wurde zugestellt",
        "delivered": "Guten Tag,\n\nder Zusteller hat Folgendes aus Ihrer Bestellung {order} "
        "zugestellt:\n\n{parcels}\n\n{rest}\n\nSie finden es nicht? Sehen Sie sich rund um Ihre "
        "Tür um, fragen Sie Ihre Nachbarn, und schreiben Sie uns dann." + _SEE,
        "cancelled_subject": "Ihre Bestellung {order}: {what} wurde storniert",
        "cancelled": "Guten Tag,\n\nFolgendes aus Ihrer Bestellung {order} wurde storniert und "
        "wird nicht versandt:\n\n{goods}\n\n{rest}" + _SEE,
        "changed_subject": "Ihre Bestellung {order} wurde geändert",
        "changed": "Guten Tag,\n\nin Ihrer Bestellung {order} wurde Folgendes geändert:\n\n"
        "{changes}" + _SEE,
        "declined_subject": "Ihre Bestellung {order}: zu spät für die {what}",
        "declined": "Guten Tag,\n\nSie haben um eine {what} Ihrer Bestellung {order} gebeten. "
        "Dafür war es zu spät: {reason}.\n\n{goods}\n\n{returns}" + _SEE,
        "late_subject": "Ihre Bestellung {order} kommt später",
        "late": "Guten Tag,\n\nIhre Bestellung {order} sollte bis {was} ankommen. Sie kommt jetzt "
        "bis {now}: {reason}. Es tut uns leid, dass Sie warten müssen." + _SEE,
        "late_part_subject": "Ein Teil Ihrer Bestellung {order} kommt später",
        "late_part": "Guten Tag,\n\nein Teil Ihrer Bestellung {order} kommt später:\n\n{changes}"
        "\n\nEs tut uns leid, dass Sie warten müssen." + _SEE,
        "looking_subject": "Wir gehen Ihrer Bestellung {order} nach",
        "looking": "Guten Tag,\n\nwir klären, wo Ihre Bestellung {order} ist, und schreiben "
        "Ihnen, sobald wir mehr wissen." + _SEE,
    }
)
