"""The code lists of the domain. What each code is called is in ``messages``, by the field's name:

``campaigns.audience_code``, ``campaigns.channel_code``, ``campaigns.channels_code``,
``campaigns.method_code``, ``campaigns.subject_code``, ``campaigns.role_code``, ``campaigns.sex_code``,
``campaigns.age_group_code``, ``campaigns.language_code``.
"""

CHANNELS = ("tv", "radio", "social_media", "posters", "meetings", "sms", "web", "other")

AUDIENCES = (
    "general_public",
    "internal_migrants",
    "herders",
    "young_people",
    "students",
    "labour_migrants",
    "returnees",
    "foreign_residents",
    "officials",
    "employers",
    "other",
)

# How a number of contacts came about; without it the number says little.
METHODS = (
    "audience_measurement",
    "platform_statistics",
    "operator_report",
    "attendance_list",
    "survey",
    "copies_given_out",
    "estimate",
    "other",
)

SUBJECTS = (
    "migration_law",
    "registration",
    "statistics",
    "service_delivery",
    "trafficking_prevention",
    "non_discrimination",
    "labour_migration",
    "border_management",
    "crisis_response",
    "data_protection",
    "other",
)

SEXES = ("female", "male", "other", "unknown")
"""As in ``ledger.codes.SEXES``, without ``all``."""

AGE_GROUPS = ("under_25", "25_34", "35_44", "45_54", "55_and_over", "unknown")

ROLES = (
    "civil_registration",
    "governor_office",
    "social_work",
    "labour_office",
    "education",
    "health",
    "police",
    "border_protection",
    "immigration",
    "statistics_office",
    "civil_society",
    "other",
)

LANGUAGES = ("mn", "en", "kk", "ru", "zh", "ko", "other")
