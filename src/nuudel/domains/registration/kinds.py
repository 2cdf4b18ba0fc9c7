"""The keys of the register's record types, as permissions, audit and histories name them.

A module that a record type is put together of cannot import the record type; it has the key, and
``record_types()`` gives the type when a record is at hand.
"""

PERSON = "registration.person"
DOCUMENT = "registration.document"
HOUSEHOLD = "registration.household"
DWELLING = "registration.dwelling"
RESIDENCE = "registration.residence"
MOVE = "registration.move"
MOVE_MEMBER = "registration.move_member"
MOVE_DRAFT = "registration.move_draft"
NOTICE = "registration.notice"
NOTICES_FILE = "registration.notices_file"
PAIR = "registration.pair"
UNREGISTERED = "registration.unregistered"
