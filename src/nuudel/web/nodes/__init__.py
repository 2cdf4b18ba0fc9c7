"""Edge nodes: an office that goes on working without a link, and the centre to which its work goes."""
