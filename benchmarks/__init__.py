"""Measurements of speed, memory and quality; results are committed with the machine they were taken on."""
