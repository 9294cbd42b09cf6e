"""All inputs of a model as controls, and below them what a study of it shows."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape
from typing import Any

import ipywidgets as ui
import numpy as np

from capcycle import analyses, exhibits, facts, study, words
from capcycle.errors import CapcycleError, ModelError
from capcycle.exhibits import Exhibit, parts
from capcycle.exhibits.steady import Reach, steady
from capcycle.quantity import Quantity
from capcycle.study import Case
from capcycle.widgets import inputs
from capcycle.widgets.controls import (
    PLAIN,
    ExhibitBox,
    choices,
    control,
    display,
    dropdown,
    fault,
    in_turn,
    numbered,
    offer,
)
from capcycle.widgets.measures import findable, searched

WIDTH, HEIGHT = "400px", "46vh"  # of the column of controls, and of the inputs in it: the rest is scrolled to
WHOLE = ("scenarios", "assumptions")  # views of all outputs, with dashes where some are missing
RANGED, BY_YEAR, WHAT_IF = ("tornado", "spread", "what_if"), ("by_year", "fan"), "what_if"
KEPT = "kept"  # the view of the scenarios that were kept beside the present one
# the name of an input stands on as many lines as it needs
WRAPPED = """<style>.capcycle-inputs .widget-inline-hbox { height: auto; align-items: center }
.capcycle-inputs .widget-inline-hbox .widget-label { white-space: normal; line-height: 1.25; height: auto }</style>"""
VIEWS: dict[str, Callable[["ModelExplorer"], Exhibit]] = {
    "scenarios": lambda shown: exhibits.scenarios(study.scenarios(shown.case)),
    "tornado": lambda shown: exhibits.tornado(study.tornado(shown.case, shown.of.value)),
    "what_if": lambda shown: exhibits.what_if(shown.case, *shown.two, shown.of.value),
    "spread": lambda shown: exhibits.spread(study.simulate(shown.case), shown.of.value),
    "by_year": lambda shown: exhibits.by_year(study.scenarios(shown.case), shown.of.value),
    "fan": lambda shown: exhibits.fan(study.simulate(shown.case), shown.of.value),
    "assumptions": lambda shown: exhibits.assumptions(shown.case),
    KEPT: lambda shown: exhibits.ranking(shown.beside, shown.of.value),
}


class ModelExplorer(ExhibitBox):
    """A control for each input of a model, the output at their places, and below them the study that is chosen.

    An input with a range has a slider over it; one without is a number to type, and so is one that nothing gives. What
    is moved or typed is an assumption of the reader's, and the table of assumptions says so.
    `controls` has the widgets by the name of the input, `case` the model with its present inputs, `exhibit` what is
    shown, `two` the inputs of a what-if: the one across and the list of the one with a slider in the chart. `keep`
    keeps the present inputs under a `name`; `kept` holds the names, each to take away, and `beside` their cases.

    cases  that were kept before, by name; those that are kept here are added

    >>> build = study.case(analyses.models()["required_revenue"], facts.open(), it_capex=400e9, facility_capex=0,
    ...     it_life="server_life", facility_life="facility_life_epoch", gross_margin_before_depreciation=0.25,
    ...     target_return=0, net_capital=0, other_fixed_cost=0, ramp=1, ai_revenue=20e9)
    >>> explorer = ModelExplorer(build)
    >>> explorer.controls["it_life"].value = 3
    >>> round(float(explorer.case.outputs.revenue_required / 1e9))  # 400 / 3 / 0.25
    533
    """

    def __init__(self, case: Case, cases: dict[str, Case] | None = None):
        self.case = self._start = case
        self._cases = {} if cases is None else cases
        self._reach: dict[str, Reach] = {}  # of the axes of each exhibit, which a move does not draw in
        self.controls = {name: inputs.control(each) for name, each in case.inputs.items()}
        # a model with no range has no tornado, one with nothing by year no path
        absent = (() if case.varied else RANGED) + (() if case.model.by_year else BY_YEAR)
        views = choices("study", [view for view in VIEWS if view not in absent])
        self.view = dropdown("view", views, "scenarios")
        self.of = dropdown("output", _outputs(case, "scenarios"), case.model.verdict)
        self.across, self.slider = _pair(case)
        self.number = ui.HTML()
        self.name = control(ui.Text, "scenario", placeholder=words.say("widgets.scenario_help"))
        self.keep = ui.Button(description=words.say("widgets.keep"), layout={"width": "auto", "flex": "0 0 auto"})
        self.kept = ui.TagsInput(value=list(self._cases), allow_duplicates=False)
        self.keep.on_click(self._keep)
        chosen = (self.view, self.of, self.across, self.slider, self.kept)
        super().__init__([self.number], (*self.controls.values(), *chosen), [self._panel()])

    @property
    def two(self) -> tuple[str, list[str]]:
        """The input across a what-if, and the one that has a slider in the chart, if it is another."""
        return self.across.value, [self.slider.value] if self.slider.value != self.across.value else []

    def _panel(self) -> ui.VBox:
        sliders = ui.VBox(list(self.controls.values()), layout={"max_height": HEIGHT, "overflow": "hidden auto"})
        sliders.add_class("capcycle-inputs")
        named = ui.HBox([self.name, self.keep])
        self.name.layout.flex, self.name.layout.min_width = "1 1 0", "0"
        chosen = [self.view, self.of, self.across, self.slider, named, self.kept]
        return ui.VBox([ui.HTML(WRAPPED), *chosen, sliders], layout={"flex": f"0 0 {WIDTH}"})

    @property
    def beside(self) -> dict[str, Case]:
        """The scenarios that are kept, and last the present inputs."""
        kept = {name: self._cases[name] for name in self.kept.value if name in self._cases}
        return kept | {words.say("widgets.now"): self.case}

    def _keep(self, _: ui.Button) -> None:
        """Keep the present inputs under their name, or a number; the same name again is the new ones."""
        name = self.name.value.strip() or words.say("widgets.scenario_number", number=len(self._cases) + 1)
        self._cases[name], self.name.value = self.case, ""
        self.view.value = KEPT
        self.kept.value = [*self.kept.value, *({name} - set(self.kept.value))]

    def _set(self, places: Sequence[Any]) -> None:
        self._reach = {}
        super()._set(places)

    def _workbook(self) -> bytes:
        """The model with its inputs, which goes on computing."""
        return exhibits.assumptions(self.case).workbook

    def _fit(self) -> None:
        """Offer what goes with the chosen view."""
        offer(self.of, _outputs(self.case, self.view.value))
        for each in (self.across, self.slider):
            each.layout.display = "" if self.view.value == WHAT_IF else "none"
        self.kept.layout.display = "" if self.kept.value else "none"

    def _exhibit(self) -> Exhibit:
        self._take()
        view, output = self.view.value, getattr(self.case.outputs, self.of.value)
        if view not in WHOLE and not np.isfinite(np.asarray(output, float)).any():
            raise ModelError(self.case.lacking or words.say("reason.undefined"))
        shown = VIEWS[view](self)
        self._reach[shown.id] = steady(shown, self._reach.get(shown.id))
        return shown

    def _shown(self) -> list[dict[str, Any]]:
        """The exhibit, and below the chart of kept scenarios their inputs and outputs."""
        if self.view.value != KEPT:
            return super()._shown()
        return [*super()._shown(), *display(exhibits.side_by_side(self.beside, self.of.value))]

    def _take(self) -> None:
        """The case with its present inputs, and its output above the picture: none where an input is no number."""
        number = ""
        try:
            self.case = replace(self._start, inputs=self._start.inputs | self._moved())
            number = _said(self.case, self.of.value)
        finally:
            self.number.value = number

    def _moved(self) -> dict[str, Quantity]:
        """The inputs that no longer stand where they started: now the reader's own."""
        start = self._start.inputs
        values = {name: inputs.value(start[name], each.value) for name, each in self.controls.items()}
        return {
            name: start[name].chosen(value)
            for name, value in values.items()
            if not inputs.same(value, start[name].value)
        }


class Workbench(ui.VBox):
    """A list of all models and one of companies, and below them the explorer of the model that is chosen.

    The arguments are the first choice. `model` and `company` are the lists, `search` narrows the first, `explorer` is
    what is shown, or None where the choice is refused in words.
    Errors: ModelError for a first choice that is not on offer.

    >>> Workbench("gpu_hour").explorer.case.model.__name__
    'gpu_hour'
    """

    def __init__(self, model: str, company: str = "", as_of: str = ""):
        self._book, self._kept = facts.open(as_of=as_of), {}  # scenarios by the name of the model
        self._show(analyses.start(model, self._book, company))  # refuses what it does not know, in its own words
        self._known = _models()
        names = parts.company_names()
        nobody = (words.say("widgets.no_company"), "")
        self.search = control(ui.Text, "search", placeholder=words.say("widgets.search_help"))
        self.model = dropdown("model", tuple(self._known), model)
        self.company = dropdown("company", [nobody, *((name, each) for each, name in names.items())], company)
        self._said, first = ui.HTML(), [self.search, self.model, self.company]
        for each in first:
            each.layout.flex = "1 1 240px"
        super().__init__([ui.HBox([numbered(), *first], layout={"flex_flow": "row wrap"}), self._said, self.explorer])
        self.add_class("capcycle-ordered")
        in_turn([self])
        self.search.observe(lambda _: offer(self.model, searched(self.search.value, self._known)), "value")
        for each in (self.model, self.company):
            each.observe(self._changed, "value")

    def _show(self, case: Case) -> None:
        self.explorer = ModelExplorer(case, self._kept.setdefault(case.model.__name__, {}))

    def _changed(self, _: Any) -> None:
        self._said.value, self.explorer = "", None
        try:
            self._show(analyses.start(self.model.value, self._book, self.company.value))
        except CapcycleError as error:
            self._said.value = fault(error)["text/html"]
        self.children = [*self.children[:2], *filter(None, [self.explorer])]


def _models() -> dict[tuple[str, str], str]:
    """Every model, as the list has it, with all that a search may ask for."""
    about = {name: model.__doc__.splitlines()[0] for name, model in analyses.models().items()}
    return {pair: findable(*pair, about[pair[1]]) for pair in sorted((words.name(name), name) for name in about)}


def _outputs(case: Case, view: str) -> tuple[tuple[str, str], ...]:
    """The outputs that a view can show: by year, or one number."""
    wanted = [name for name in case.model.outputs if (name in case.model.by_year) == (view in BY_YEAR)]
    return tuple((words.name(name), name) for name in wanted)


def _pair(case: Case) -> tuple[ui.Dropdown, ui.Dropdown]:
    """Which input goes across and which has a slider in a what-if; at first the two that move the verdict most."""
    names = list(study.tornado(case).table["name"])
    names += [name for name in case.varied if name not in names]
    options = [(words.name(name), name) for name in names] or [(words.say("widgets.none"), "")]
    return dropdown("across", options, options[0][1]), dropdown("slider", options, options[:2][-1][1])


def _said(case: Case, of: str) -> str:
    """The output at the present inputs, above the picture."""
    if of in case.model.by_year:
        return ""
    number = words.value(float(getattr(case.outputs, of)), case.unit(of))
    said = words.say("widgets.number", output=words.name(of), value=number)
    return f'<div class="{PLAIN}" role="status" style="font-size: 1.15em">{escape(said)}</div>'
