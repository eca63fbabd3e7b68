"""The suppliers' rooms: what there is to do today, and saying what was done, without any software.

What lives here: a supplier's own pages. What does not: what its words do to an order (they take the
door of posted papers, `hub.flow.supplier_room`), prices that customers pay, other partners' lines.
"""
