"""The parts of the embedded stack: servers and processes as children that never outlive us."""
