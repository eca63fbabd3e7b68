"""The API's reference: what may be asked, and what is sent to those who want to be told.

What lives here: pages made from the API's own description, and the app that shows them to
everybody under the API's own names. The same pages are on the desk (`portal.web.admin`). What does
not: the description itself (`hub.api`), anything about customers, orders or partners.
"""
