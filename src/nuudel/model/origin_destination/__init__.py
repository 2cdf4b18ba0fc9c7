"""Origin-destination tables estimated from margins, with their uncertainty.

    evidence       other countries' full tables, and what is known of places without any flow
    features       what may hold back moves between two places: distance, borders, opportunities between
    country_fit    one country's deterrence
    pair_residuals how far its flows stray from it
    hierarchy      from several countries to one that has not been seen
    selection      which features, by cross-validation between countries
    deterrence     all of the above in one call: what countries with full tables teach
    margins        in- and out-migrants that disagree: draws of margins that agree
    ipf            iterative proportional fitting
    draws          posterior tables of one country
    estimate       the estimate for a country with margins only
    validation     the same for countries whose tables are known

The margins of the country to be estimated never inform deterrence.
"""

from nuudel.model.origin_destination.deterrence import Deterrence, learn_deterrence
from nuudel.model.origin_destination.estimate import estimate_tables
from nuudel.model.origin_destination.evidence import CountryEvidence, Geography, country_evidence, geography
from nuudel.model.origin_destination.ipf import IpfFit, iterative_proportional_fitting
from nuudel.model.origin_destination.result import EstimatedFlows
from nuudel.model.origin_destination.validation import TableValidation, validate_tables

__all__ = [
    "CountryEvidence",
    "Deterrence",
    "EstimatedFlows",
    "Geography",
    "IpfFit",
    "TableValidation",
    "country_evidence",
    "estimate_tables",
    "geography",
    "iterative_proportional_fitting",
    "learn_deterrence",
    "validate_tables",
]
