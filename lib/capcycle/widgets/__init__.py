"""Controls that call the same exhibits as a published page, for exploring only; nothing is computed here."""

from capcycle.widgets.measures import Explorer
from capcycle.widgets.models import ModelExplorer, Workbench
from capcycle.widgets.texts import TextExplorer
