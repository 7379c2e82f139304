"""What energy costs.

From a frame to a state: `indexes` gives what each register has gained, `costs` enters it into the
`ledger` at the `prices` in force, and `sensors` shows what the ledger says of a day or a month
(`periods`). `clock` says when a part of that is of a false time.
"""
