"""The one door to publication: a table and a policy in, a protected table with its statement out."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from nuudel.base.errors import StatisticsError
from nuudel.statistics.disclosure.attack import cell_bounds, known_interval
from nuudel.statistics.disclosure.cell_key import cell_keys, check_secret, uniforms
from nuudel.statistics.disclosure.perturbation import perturbation_table
from nuudel.statistics.disclosure.policies import (
    AlreadyPublic,
    CellKeyNoise,
    Margins,
    Policy,
    Rounding,
    RoundingMethod,
    Suppression,
)
from nuudel.statistics.disclosure.protected import (
    DisclosureStatement,
    ProtectedTable,
    Status,
    information_loss,
)
from nuudel.statistics.disclosure.rounding import round_controlled, round_nearest, round_random
from nuudel.statistics.disclosure.suppression import complementary_cells, sensitive_cells
from nuudel.statistics.disclosure.tables import CountTable, Floats, Mask, fill_sums


def protect(table: CountTable, policy: Policy, *, secret: bytes | None = None) -> ProtectedTable:
    """Protect a table for publication; the policy must be chosen.

    Parameters
    ----------
    table
        Counts with their margins.
    policy
        ``default_policy()`` for Nuudel's own counts, ``already_public(source)`` for figures that an office
        has published, or a ``Suppression``, ``Rounding`` or ``CellKeyNoise``.
    secret
        The disclosure key (``read_secret()``); not needed for suppression, rounding to the nearest and
        figures that are public already.

    Raises
    ------
    StatisticsError
        ``STATISTICS-307`` the margins do not add up, ``STATISTICS-311`` the secret is missing,
        ``STATISTICS-319`` noise or rounding is asked for figures that are no whole numbers; those of the
        policies.
    """
    if isinstance(policy, AlreadyPublic):
        status = np.full(table.values.shape, Status.PUBLISHED, dtype=np.uint8)
        return finished(table, policy, table.values.copy(), status, public_statement(policy))
    if not table.is_additive:
        raise StatisticsError(
            307, "a margin is not the sum of its parts.", "Correct it, or leave the margins out."
        )
    if isinstance(policy, Suppression):
        return suppress(table, policy)
    if not np.array_equal(table.values, np.rint(table.values)):
        raise StatisticsError(
            319, "noise and rounding are for whole counts.", "Use suppression for magnitudes."
        )
    if isinstance(policy, Rounding):
        return round_table(table, policy, secret)
    return add_noise(table, policy, check_secret(secret))


def suppress(table: CountTable, policy: Suppression) -> ProtectedTable:
    sensitive = sensitive_cells(table, policy)
    status = np.full(table.values.shape, Status.PUBLISHED, dtype=np.uint8)
    status[sensitive.cells] = Status.SUPPRESSED_PRIMARY
    if policy.complementary and sensitive.cells.any():
        status[complementary_cells(table, sensitive)] = Status.SUPPRESSED_COMPLEMENTARY
    values = np.where(status == Status.PUBLISHED, table.values, np.nan)
    statement = DisclosureStatement(
        method="suppression",
        parameters={
            "threshold": policy.threshold,
            "dominance": ""
            if policy.dominance is None
            else f"{policy.dominance[0]}, {policy.dominance[1]:g}",
            "p_percent": policy.p_percent or 0.0,
            "required_width": policy.required_width,
            "complementary": policy.complementary,
        },
        text={
            "en": "Cells that could point at single persons, and cells from which they could be computed, "
            "are left out.",
            "mn": "Хувь хүнийг таних боломжтой нүд болон түүнийг тооцож гаргах боломж олгох нүдийг хассан.",
        },
    )
    return finished(table, policy, values, status, statement)


def round_table(table: CountTable, policy: Rounding, secret: bytes | None) -> ProtectedTable:
    if policy.method is RoundingMethod.NEAREST:
        values = round_nearest(table.values, policy.base)
    else:
        key = check_secret(secret)
        uniform = uniforms(cell_keys(table, key), key, f"rounding to {policy.base}")
        if policy.method is RoundingMethod.RANDOM:
            values = round_random(table.values, policy.base, uniform)
        else:
            values = round_controlled(table, policy.base, uniform)
    status = np.full(table.values.shape, Status.ROUNDED, dtype=np.uint8)
    holds = policy.method is RoundingMethod.CONTROLLED
    statement = DisclosureStatement(
        method="rounding",
        parameters={"base": policy.base, "method": str(policy.method), "additive": holds},
        text={
            "en": f"Counts are rounded to multiples of {policy.base}; "
            + (
                "totals are the sums of the rounded parts."
                if holds
                else "totals need not equal the sums of parts."
            ),
            "mn": f"Тоог {policy.base}-ын үржвэр хүртэл тоймлосон; "
            + (
                "нийт дүн нь хэсгүүдийн нийлбэртэй тэнцүү."
                if holds
                else "нийт дүн хэсгүүдийн нийлбэртэй зөрж болно."
            ),
        },
    )
    return finished(table, policy, values, status, statement)


def add_noise(table: CountTable, policy: CellKeyNoise, secret: bytes) -> ProtectedTable:
    noise = perturbation_table(policy.maximum_noise, policy.variance, policy.never_published)
    counts = np.rint(table.values).astype(np.int64)
    values: Floats = (
        counts + noise.noise(counts, uniforms(cell_keys(table, secret), secret, "noise"))
    ).astype(float)
    additive = policy.margins is Margins.ADDITIVE
    if additive:
        fill_sums(values, table.dimensions)
    status = np.full(table.values.shape, Status.PERTURBED, dtype=np.uint8)
    statement = DisclosureStatement(
        method="cell-key noise",
        parameters={
            "maximum_noise": policy.maximum_noise,
            "variance": policy.variance,
            "never_published": policy.never_published,
            "margins": str(policy.margins),
            "threshold": policy.threshold,
            "required_width": policy.required_width,
        },
        text={
            "en": f"Each count is changed at random by at most {policy.maximum_noise} persons, for privacy; "
            + (
                "totals are the sums of the changed parts."
                if additive
                else "totals need not equal the sums of parts."
            ),
            "mn": "Хувийн мэдээллийг хамгаалж тоо бүрийг санамсаргүй байдлаар "
            f"{policy.maximum_noise} хүртэл хүнээр өөрчилсөн; "
            + (
                "нийт дүн нь хэсгүүдийн нийлбэртэй тэнцүү."
                if additive
                else "нийт дүн хэсгүүдийн нийлбэртэй зөрж болно."
            ),
        },
    )
    return check_margins(table, finished(table, policy, values, status, statement), policy)


def check_margins(table: CountTable, protected: ProtectedTable, policy: CellKeyNoise) -> ProtectedTable:
    """Leave out the margins from which a small count could be bounded too closely.

    That takes extreme noise of one sign in a whole sum, so it is rare. Without the margins of a cell its
    interval is that of its own noise.

    Raises
    ------
    StatisticsError
        ``STATISTICS-320`` the noise itself is too small for the width demanded.
    """
    current, status = protected, protected.status.copy()
    for _ in range(table.equations.shape[0] + 1):
        narrow = narrow_cells(current, policy, table.equations)
        if not narrow.any():
            break
        sums = table.equations[np.flatnonzero(abs(table.equations) @ narrow.astype(float))]
        wholes = np.asarray((sums < 0).sum(axis=0)).ravel() > 0
        new = wholes & (status == Status.PERTURBED).ravel()
        if not new.any():
            raise StatisticsError(
                320,
                f"noise of at most {policy.maximum_noise} leaves a small count open to less than "
                f"{policy.required_width}.",
                "Raise the maximum noise, or ask for a smaller width.",
                ("maximum_noise", "required_width"),
            )
        status[new.reshape(status.shape)] = Status.SUPPRESSED_PRIMARY
        values = np.where(status == Status.PERTURBED, protected.values, np.nan)
        current = finished(table, policy, values, status.copy(), protected.statement)
    return current


def narrow_cells(protected: ProtectedTable, policy: CellKeyNoise, equations: csr_array) -> Mask:
    """Cells whose interval holds a small count and is narrower than the policy demands, in C order."""
    lower, upper = (side.ravel() for side in known_interval(protected))
    enough = np.full(lower.size, float(policy.required_width))
    (low, high), _ = cell_bounds(lower, upper, equations, enough, below=policy.threshold)
    return np.asarray((high > 0) & (low < policy.threshold) & (high - low < enough - 0.5))


def public_statement(policy: AlreadyPublic) -> DisclosureStatement:
    source = policy.source
    return DisclosureStatement(
        method="already public",
        parameters={"source": source.key, "identifier": source.identifier, "licence": source.licence},
        text={
            "en": f"Published unchanged: the figures are public already ({source.line('en')}).",
            "mn": f"Өөрчлөлтгүй: тоо нь өмнө нь нийтлэгдсэн ({source.line('mn')}).",
        },
    )


def finished(
    table: CountTable,
    policy: Policy,
    values: Floats,
    status: NDArray[np.uint8],
    statement: DisclosureStatement,
) -> ProtectedTable:
    for array in (values, status):
        array.setflags(write=False)
    return ProtectedTable(
        series=table.series,
        dimensions=table.dimensions,
        fixed=dict(table.fixed),
        release=table.release,
        values=values,
        status=status,
        structural_zeros=table.zeros,
        policy=policy,
        loss=information_loss(table, values),
        statement=statement,
    )
