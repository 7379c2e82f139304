"""What energy costs. The sensor of a price shows it as typed; energy becomes a cost in four steps.

1. At the end of a frame, `registers.py` gives the Wh that each register has gained.
2. `Costs._end_frame` (`costs.py`) adds them to the ledger (`ledger.py`), under their tariff and at
   its price (`prices.py`).
3. `Costs.cost` adds up the rows of a day or a month (`periods.py`) and its standing charge.
4. `sensors.py` has a row for each entity that shows such a sum.

`account.py` is what `costs.py` stores. `deleted.py` keeps it for an entry that was deleted,
`former.py` reads the format of earlier versions, `clock.py` detects that a clock was set.
"""
