"""The entrance of suppliers, clerks and operators: sign in and out, links of one use, the account.

What lives here: pages alike in every house behind a sign-in. What does not: who may sign in
and for how long (`hub.flow.accounts`), what is behind the door (the rooms beside this one).
"""
