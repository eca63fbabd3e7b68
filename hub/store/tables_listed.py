"""Indexes for what people's pages list and find, over tables that stand elsewhere."""

from sqlalchemy import Index

from hub.store.tables import fulfillment, order, package, shipment
from hub.store.tables_promises import order_change

BY_STATE = Index("fulfillment_by_state", fulfillment.c.partner, fulfillment.c.state)
BY_CREATED = Index(
    "fulfillment_by_created", fulfillment.c.partner, fulfillment.c.created_at, fulfillment.c.id
)
CHANGES_BY_STATE = Index("order_change_by_state", order_change.c.state)
PACKAGES_BY_LABEL = Index("package_by_label", package.c.label)
SHIPMENTS_BY_NOTICE = Index("shipment_by_notice", shipment.c.notice)
ORDERS_BY_PLAIN = Index("customer_order_by_plain", order.c.brand, order.c.number_plain)
ORDERS_BY_DIGITS = Index("customer_order_by_digits", order.c.brand, order.c.number_digits)
PARTS_BY_PLAIN = Index("fulfillment_by_plain", fulfillment.c.number_plain)
