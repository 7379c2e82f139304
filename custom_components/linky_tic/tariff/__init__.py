"""The tariff in force and the names of the registers."""
