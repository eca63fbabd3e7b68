"""Nothing lost, nothing doubled: the hub is killed at every point and the outside world is judged.

`scenes` is what happens and how the world is judged afterwards, `mutants` are wrong hubs that the
rig must catch, `sweep` kills at one point after the other in a process of its own.
"""
