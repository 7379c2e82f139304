"""What linky_tic costs, measured: the decoder alone, then a launched Home Assistant that listens.

It shares the launchers of tests/e2e and the simulator; nothing here is a test, and no test depends
on a time. Results and how to repeat them: README.md.
"""
