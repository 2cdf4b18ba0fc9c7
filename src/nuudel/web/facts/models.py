"""No models: the tables follow the ledger's own columns (tables.py). Django tells only apps that have this
file when migrations are done, and then the partitions are made (apps.py).
"""
