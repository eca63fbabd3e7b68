"""What things mean: values in, values out.

What lives here: orders, stock, catalogue, partners' messages, custody states and every
decision about them. What does not: bytes, SQL, clocks, randomness, logging; times and names
are passed in.
Who may come in: everybody. It uses nothing but `hub.errors`.
"""
