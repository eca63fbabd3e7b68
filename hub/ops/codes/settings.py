"""What the codes of settings and of what people enter mean."""

from hub.domain.meanings import Do, Met, meanings

MEANINGS = meanings(
    Met.SETTING,
    of={
        "catalog-cell": ("A cell of a catalogue file cannot be used.", Do.FILE),
        "flags": ("The flags of a customer cannot be set so.", Do.ENTER),
        "headings": ("What the heading of a column means cannot be set so.", Do.ENTER),
        "names": ("What the name of an article means cannot be set so.", Do.ENTER),
        "newer-level": ("A stock level of a later moment is there already.", Do.RELOAD),
        "no-use": ("What was asked for would do nothing for this paper or card.", Do.RELOAD),
        "no-warehouse": ("The partner is no warehouse that takes transfers of stock.", Do.OPERATOR),
        "no-way": ("The page of the warehouse sends no transfer of stock.", Do.OPERATOR),
        "not-waiting": ("The paper does not wait for a person any more.", Do.RELOAD),
        "note": ("A note is empty or too long.", Do.ENTER),
        "nothing": ("A transfer of stock names no article.", Do.ENTER),
        "own-setting": ("A setting of the partner's own cannot be set so.", Do.ENTER),
    },
)
