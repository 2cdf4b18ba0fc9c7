"""Flow monitoring points: passages from observed hours to days and periods, and surveys weighted to them.

What is counted are passages at chosen points: one person may pass often, and none of them need be a migrant.
"""

from nuudel.statistics.flow_points.passages import Flows, estimate
from nuudel.statistics.flow_points.watching import undoubled
from nuudel.statistics.flow_points.weights import Weighted, shares, weigh

__all__ = ["Flows", "Weighted", "estimate", "shares", "undoubled", "weigh"]
