"""Why one principal can or cannot read a table, and the smallest change that would let it."""
