"""Published claims as printed, what the recomputation gives, the verdict, and rules that find errors in any file."""

from capcycle.claims import exhibits, text
from capcycle.claims.check import check_tables, recompute
from capcycle.claims.examined import Examined, examine
from capcycle.claims.exhibits import worked_examples
from capcycle.claims.load import CLASSES, VERDICTS
from capcycle.claims.reader import check_file, is_of_statements, is_wrong, report_lines
