"""The colour ramps of maps, and the design token that stands for each colour of a drawing."""

from nuudel.publication.charts import style

SKY = ("#E8F6FD", "#B0DBF3", "#79B7E1", "#448CC7", "#2C649C", "#1E4273", "#15284B")
LARCH = ("#FBF3DD", "#F0D49E", "#E1AE65", "#C98435", "#A05C24", "#773D1A", "#4F2611")
RAMPS = {"net": style.NET, "grass": style.GRASS, "sky": SKY, "larch": LARCH}

TOKENS = {
    style.INK: "ink",
    style.INK_2: "ink-2",
    style.LINE: "line-2",
    style.GRID: "grid",
    style.PAPER: "paper",
    style.IN: "in",
    style.OUT: "out",
    style.ALL: "all",
    style.VIOLET: "violet",
    style.VIOLET_SOFT: "violet-soft",
    style.BERRY_SOFT: "berry-soft",
    style.NO_DATA: "no-data",
    style.HATCH: "hatch",
    **{colour: f"cat-{k}" for k, colour in enumerate(style.CATEGORIES, start=1)},
    **{colour: f"net-{k}" for k, colour in enumerate(style.NET, start=1)},
    **{colour: f"seq-{k}" for k, colour in enumerate(style.GRASS, start=1)},
}
# Ramps that only maps have: their own colour stands in where a page lacks the token.
RAMP_TOKENS = {
    colour: f"seq-{name}-{k}"
    for name, ramp in (("sky", SKY), ("larch", LARCH))
    for k, colour in enumerate(ramp, start=1)
}
VARIABLES = {colour.upper(): f"var(--{token})" for colour, token in TOKENS.items()}
VARIABLES |= {colour.upper(): f"var(--{token}, {colour})" for colour, token in RAMP_TOKENS.items()}
