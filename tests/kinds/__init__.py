"""Job kinds for the tests, found through TURNSPIT_KINDS."""
