"""Code lists of the register of otor; their words are in the messages, ``<field>_code.<code>``."""

SPECIES = ("camels", "horses", "cattle", "sheep", "goats")
"""The five kinds of livestock, as fields of what holds animals."""

SEASONS = ("winter", "spring", "summer", "autumn")
REASONS = ("dzud", "drought", "pasture", "planned")
SERVICES = ("school", "clinic", "vet", "children_registration")
COUNT_SOURCES = ("census", "bagh_count", "herder", "vet")
SUBJECTS = ("pasture", "water", "camp", "fee", "mixed_herds", "theft", "disease", "other")
PARTY_KINDS = ("guest", "host_household", "bagh", "soum", "reserve", "other")
MEDIATORS = ("bagh_governor", "soum_governor", "aimag", "elders", "herder_group", "police", "other")
OUTCOMES = ("agreed", "guest_moved", "host_gave_way", "paid", "referred", "none")
TEMPLATES = ("storm", "vaccination", "school", "feed", "free_pasture", "own_words")
AUDIENCES = ("here_now", "home_here", "both")
DELIVERY_STATES = ("waiting", "sent", "failed", "no_phone")
