"""A made-up province as large as a real one, written in bulk: to measure on, never to work with."""
