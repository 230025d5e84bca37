"""Measurements: one question a file, results as dated JSON in results/."""
