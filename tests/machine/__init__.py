"""The engine against a reference model, with the line to Postgres cut between any two statements."""
