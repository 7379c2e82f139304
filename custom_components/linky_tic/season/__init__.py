"""The colours of the days of a Tempo or EJP season, and how many days are left."""
