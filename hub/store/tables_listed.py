"""Indexes for what people's pages list, over tables that stand elsewhere."""

from sqlalchemy import Index

from hub.store.tables import fulfillment, package, shipment
from hub.store.tables_promises import order_change

BY_STATE = Index("fulfillment_by_state", fulfillment.c.partner, fulfillment.c.state)
BY_CREATED = Index(
    "fulfillment_by_created", fulfillment.c.partner, fulfillment.c.created_at, fulfillment.c.id
)
CHANGES_BY_STATE = Index("order_change_by_state", order_change.c.state)
PACKAGES_BY_LABEL = Index("package_by_label", package.c.label)
SHIPMENTS_BY_NOTICE = Index("shipment_by_notice", shipment.c.notice)
