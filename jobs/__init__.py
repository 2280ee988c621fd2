"""What runs and what sets it off. The only layer that knows everything."""

import gc

#: New objects between two looks for garbage. Modules while they load, and a chunk of records while it is read, live
#: longer than Python's 700 and are no garbage: a quarter of a start was spent on looking at them again and again.
YOUNG = 10_000

gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
