"""Money, percent, dates and sentences as a reader meets them; every sentence stands in `words/<language>/`."""

from capcycle.words.catalogue import (
    LANGUAGE,
    NUMBERS,
    TITLE,
    Sentence,
    catalogue,
    counted,
    label,
    languages,
    letters,
    lower,
    merged,
    name,
    paragraph,
    said,
    say,
    translated,
    translated_each,
)
from capcycle.words.format import (
    DASH,
    between,
    change,
    clauses,
    coupon,
    day,
    listing,
    parted,
    period,
    points,
    scales,
    unit,
    value,
)
from capcycle.words.live import expression, live, symbol, ticks
