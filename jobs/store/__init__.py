"""All SQL, one file per table family: plain async functions, the connection first."""
