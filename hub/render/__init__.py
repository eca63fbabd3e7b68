"""What people get on paper or by mail: slips, labels, mails, by the brand's texts.

What lives here: nothing yet; the packing slip comes with the supplier's portal. What does not:
pages (portal), decisions (domain). Who may come in: flow and portal.
"""
