"""Benchmarks; each runs by itself and prints what it measured."""
