"""What the codes mean that are met at several places."""

from hub.domain.meanings import Do, Meaning, Met

MEANINGS = (
    Meaning(
        code="discount-too-large",
        met=(Met.API, Met.RULE),
        means="A discount is more than the line that it is for.",
        do=Do.FIELD,
    ),
    Meaning(
        code="empty",
        met=(Met.TABLE, Met.UPLOAD, Met.API),
        means="There is nothing in the file or body, or nothing below its headings.",
        do=Do.CORRECT,
    ),
    Meaning(
        code="erased",
        met=(Met.API, Met.SETTING),
        means="The customer was erased; nothing about them can be changed or written any more.",
        do=Do.STANDS,
    ),
    Meaning(
        code="group-missing",
        met=(Met.API, Met.RULE),
        means="The order has several ship groups, and none is named.",
        do=Do.FIELD,
    ),
    Meaning(
        code="http-*",
        met=(Met.WIRE,),
        means="The partner's web server answered with this status instead of taking the paper.",
        do=Do.ANSWER,
    ),
    Meaning(
        code="in-work",
        met=(Met.API, Met.UPLOAD),
        means="The same is being worked on already.",
        do=Do.LATER,
    ),
    Meaning(
        code="line-number-twice",
        met=(Met.API, Met.RULE),
        means="Two lines of the order have the same number.",
        do=Do.FIELD,
    ),
    Meaning(
        code="more",
        met=(Met.RULE, Met.X12, Met.API),
        means="There are more problems than are listed.",
        do=Do.FIRST,
    ),
    Meaning(
        code="no-article",
        met=(Met.API, Met.SETTING),
        means="The catalogue has no such article, or none is named.",
        do=Do.FIELD,
    ),
    Meaning(
        code="no-day",
        met=(Met.TABLE, Met.API),
        means="The value is no day.",
        do=Do.CORRECT,
    ),
    Meaning(
        code="no-moment",
        met=(Met.TABLE, Met.API),
        means="The value is no day with its time.",
        do=Do.CORRECT,
    ),
    Meaning(
        code="no-offer",
        met=(Met.SETTING, Met.RULE),
        means="The partner or warehouse does not offer this article.",
        do=Do.OPERATOR,
    ),
    Meaning(
        code="no-reader",
        met=(Met.WIRE,),
        means="This process does not read what is posted.",
        do=Do.OPERATOR,
    ),
    Meaning(
        code="odd-quantity",
        met=(Met.RULE, Met.TABLE, Met.SETTING),
        means="The quantity is below zero or larger than is believed.",
        do=Do.AGREE,
    ),
    Meaning(
        code="other-unit",
        met=(Met.RULE, Met.UPLOAD),
        means="The quantity is in another unit than was asked for or is agreed.",
        do=Do.AGREE,
    ),
    Meaning(
        code="our-fault",
        met=(Met.RULE, Met.API),
        means="The hub failed over this; it is a fault of its own.",
        do=Do.FAULT,
    ),
    Meaning(
        code="too-long",
        met=(Met.TABLE, Met.RULE, Met.API, Met.SETTING),
        means="The file, body or value is longer than is taken.",
        do=Do.SMALLER,
    ),
    Meaning(
        code="too-many",
        met=(Met.API, Met.RULE, Met.UPLOAD),
        means="There are more of something than are taken, or than are open.",
        do=Do.FEWER,
    ),
    Meaning(
        code="total-wrong",
        met=(Met.API, Met.RULE),
        means="The total is not the sum of lines, shipping and tax less the discount.",
        do=Do.FIELD,
    ),
    Meaning(
        code="twice",
        met=(Met.API, Met.UPLOAD),
        means=(
            "The same stands twice where it may stand once: a parameter, or the meaning of a "
            "column."
        ),
        do=Do.ONCE,
    ),
    Meaning(
        code="unknown-article",
        met=(Met.RULE, Met.TABLE),
        means="The article is not known under this name for this partner.",
        do=Do.NAMES,
    ),
    Meaning(
        code="unknown-group",
        met=(Met.RULE, Met.API),
        means=(
            "The group that is named is not known: a ship group of an order, or a group of "
            "papers that a receipt answers."
        ),
        do=Do.NUMBER,
    ),
    Meaning(
        code="unknown-line",
        met=(Met.RULE, Met.UPLOAD, Met.API),
        means="The line or article that is named is not on the order.",
        do=Do.NAMES,
    ),
    Meaning(
        code="unknown-order",
        met=(Met.RULE, Met.UPLOAD),
        means="The purchase order that is named was never sent to this partner.",
        do=Do.NUMBER,
    ),
    Meaning(
        code="unknown-partner",
        met=(Met.API, Met.RULE),
        means="There is no partner of this name to fill the line.",
        do=Do.FIELD,
    ),
    Meaning(
        code="unknown-sku",
        met=(Met.API, Met.RULE),
        means="The SKU is not in the catalogue.",
        do=Do.FIELD,
    ),
)
