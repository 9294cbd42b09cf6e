"""All inputs of a model as controls, and below them what a study of it shows."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets as ui
import numpy as np

from capcycle import exhibits, study, words
from capcycle.errors import CapcycleError
from capcycle.exhibits import Exhibit
from capcycle.study import Case, Input
from capcycle.widgets.controls import KEYS, choices, display, dropdown, fault, output

STEPS = 200  # of a slider
LABEL, WIDTH = "230px", "520px"
VIEWS: dict[str, Callable[[Case, str], Exhibit]] = {
    "scenarios": lambda case, of: exhibits.scenarios(study.scenarios(case)),
    "tornado": lambda case, of: exhibits.tornado(study.tornado(case, of)),
    "spread": lambda case, of: exhibits.spread(study.simulate(case), of),
    "assumptions": lambda case, of: exhibits.assumptions(case),
}


class ModelExplorer(ui.VBox):
    """A control for each input of a model that is one number, and below them the study that is chosen.

    An input with a range has a slider over it; one without is a number to type. What is moved is an assumption of the
    reader's, and the table of assumptions says so.
    `controls` has the widgets by the name of the input, `case` the model with its present inputs, `exhibit` what is
    shown.

    >>> from capcycle import models
    >>> build = study.case(models.required_revenue, it_capex=400e9, facility_capex=0, it_life="server_life",
    ...     facility_life="facility_life_epoch", gross_margin_before_depreciation=0.25, target_return=0,
    ...     net_capital=0, other_fixed_cost=0, ramp=1, ai_revenue=20e9)
    >>> explorer = ModelExplorer(build)
    >>> explorer.controls["it_life"].value = 3
    >>> round(float(explorer.case.outputs.revenue_required / 1e9))  # 400 / 3 / 0.25
    533
    """

    def __init__(self, case: Case):
        self._start = case
        single = {name: each for name, each in case.inputs.items() if np.ndim(each.central) == 0}
        self.controls = {name: _control(case, each) for name, each in single.items()}
        outputs = tuple((words.name(name), name) for name in case.model.outputs if name not in case.model.by_year)
        self.of = dropdown("output", outputs, case.model.verdict)
        self.view = dropdown("view", choices("study", VIEWS), "scenarios")
        self.button = ui.Button(description=words.say("widgets.reset"))
        self.case, self.exhibit, self.picture = case, None, ui.Output()
        sliders = ui.VBox(list(self.controls.values()), layout={"width": WIDTH})
        panel = ui.HBox(
            [sliders, ui.VBox([self.of, self.view, self.button])],
            layout={"flex_flow": "row wrap", "grid_gap": "0 12px"},
        )
        super().__init__([panel, self.picture, ui.Output(outputs=[output({"application/javascript": KEYS})])])
        self.add_class("capcycle-explorer")
        for each in (*self.controls.values(), self.of, self.view):
            each.observe(self._show, "value")
        self.button.on_click(self._reset)
        self._show()

    def _reset(self, _: ui.Button) -> None:
        for name, each in self.controls.items():
            each.value = float(self._start.inputs[name].central)

    def _show(self, _: Any = None) -> None:
        self.exhibit, shown = None, ()
        self.case = replace(self._start, inputs=self._start.inputs | self._moved())
        try:
            self.exhibit = VIEWS[self.view.value](self.case, self.of.value)
            shown = display(self.exhibit)
        except CapcycleError as error:
            shown = [output(fault(error))]
        finally:
            self.picture.outputs = shown

    def _moved(self) -> dict[str, Input]:
        """The inputs that no longer stand where they started: now the reader's own."""
        start = self._start.inputs
        values = {name: each.value for name, each in self.controls.items()}
        return {
            name: replace(start[name], central=value, kind="assumed", reason=words.say("study.given"))
            for name, value in values.items()
            if value != start[name].central and not start[name].missing
        }


def _control(case: Case, each: Input) -> ui.Widget:
    unit = words.say("widgets.unit", input=words.name(each.name), unit=exhibits.parts.unit(each.unit))
    look = {"description": unit, "style": {"description_width": LABEL}, "layout": {"width": "auto"}}
    if not each.varied:
        return ui.FloatText(value=each.central, disabled=each.missing, **look)
    ends = {"min": each.low, "max": each.high, "step": (each.high - each.low) / STEPS}
    form = ".1%" if each.unit in exhibits.parts.PERCENT else ".3f" if each.high < 1e4 else ".3s"
    return ui.FloatSlider(value=each.central, readout_format=form, continuous_update=False, **ends, **look)
