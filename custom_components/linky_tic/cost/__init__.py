"""What energy costs. A price is a state as it was typed; energy becomes a cost in four steps.

1. `indexes.py` gives the Wh that each register has gained when a frame ends;
2. `Costs._end_frame` (`costs.py`) enters them into the ledger (`ledger.py`), under their tariff at
   the price in force (`prices.py`);
3. `Costs.cost` adds up the rows and the standing charge of a day or a month (`periods.py`);
4. `sensors.py` has the row of each entity that shows such a sum.

`account.py` is all that `costs.py` stores, `deleted.py` keeps it of an entry that was deleted, and
`former.py` reads what was stored before; `clock.py` tells when a part of it is of a false time.
"""
