"""Ratios measured side by side: the product against a rival with the same rows, indexes and shape of transaction.

Each module measures one thing and checks that both sides did the same; `manage.py bench` prints the table.
"""
