"""Public pages beside the map: places, two places compared, the timeline, reports, data and methods."""
