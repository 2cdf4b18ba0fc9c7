"""Tables of a statistical office, read from its PxWeb interface (version 1) into a pack.

``declaration`` says which table of the pack comes from where, ``client`` asks the server, ``remote`` reads
what it answers, ``splitting`` asks for less where it is too much, ``meaning`` turns texts into places and
years, ``changes`` compares with what the pack has, and ``update`` does all of it and writes.
"""
