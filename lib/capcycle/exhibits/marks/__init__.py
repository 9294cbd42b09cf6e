"""Charts and tables of rows that are no measures: deals, model results, published figures. Rows in, exhibit out.

Rows have `label`, `value`, `unit`, `kind` and `source` (ids, space between), and where a chart draws them `low`,
`high`, `group`, `x`, `size` and `note`. All values of a chart share one unit. Of no rows there is a title and no chart.
"""

from capcycle.exhibits.marks.columns import columns, stacked, waterfall
from capcycle.exhibits.marks.frame import Drawing, Frame, noted, nothing, rows, table, worded
from capcycle.exhibits.marks.network import network
from capcycle.exhibits.marks.paths import bands, paths
from capcycle.exhibits.marks.points import bubble, dots
