"""The base case of every model stands in the middle of its own simulation."""

import numpy as np
import pytest

from capcycle import facts, study
from capcycle.analyses import models, start

BOOK = facts.open()
WHOSE = ["", "MSFT", "META", "CRWV", "IREN", "CIFR"]


def cases(model):
    """The cases to begin with, of those who have all figures; one for all where the model is of no company."""
    found = {}
    for company in WHOSE:
        case = start(model, BOOK, company)
        if case.varied and not case.lacking:
            found.setdefault(tuple(str(each.value) for each in case.inputs.values()), (company, case))
    return found.values()


@pytest.mark.parametrize("model", models())
def test_the_base_case_lies_between_the_tenth_and_the_ninetieth_of_a_hundred_draws(model):
    for company, case in cases(model):
        drawn = study.simulate(case, draws=400).values()
        base = float(case.outputs._asdict()[case.model.verdict])
        low, high = np.nanquantile(drawn, [0.1, 0.9])
        assert low - 1e-9 * abs(low) <= base <= high + 1e-9 * abs(high), (model, company)
