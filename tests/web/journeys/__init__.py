"""The journeys that the pages are made for, each walked in a real browser and counted.

What lives here: one function a journey, its figures, the hubs that they are walked in, the table
of what they take. What does not: counting (`tests.web.walker`), judging pages by themselves. A walk
prepares what it is about, goes from the page or mail that it begins with, and looks into the
hub for what came of it.
"""
