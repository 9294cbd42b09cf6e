"""Examples of returns on AI capital."""

from collections.abc import Mapping

from capcycle import facts, metrics, study
from capcycle.analyses import ai_roic
from capcycle.claims.own import register
from capcycle.measure import measure
from capcycle.models.maths import per
from capcycle.panel import select
from capcycle.units import full

QUARTERS = 4
BASIS_POINTS = 10_000
PERCENT = 100
PUBLISHED = "2026-07-31"  # the newest filing behind the author's figures of the second quarter of 2026


def payback_from_roic(roic: list[float]) -> Mapping[str, list[float]]:
    """Simple payback, without adding depreciation back."""
    return {"payback_years": [float(per(1.0, each)) for each in roic]}


def forward_roic_backlog(
    backlog_usd_bn: float, ai_share_backlog: float, duration_years: float, quarter_capex_usd_bn: float,
    ai_share_capex: float, nopat_margin: float, annual_plan_usd_bn: float, ticker: str = "",
) -> Mapping[str, float]:  # fmt: skip
    """On four times the quarter's capex, and on the year's plan."""

    def on(capex: float) -> float:
        return float(
            ai_roic.model.forward_roic_backlog(
                full(backlog_usd_bn, "bn"), ai_share_backlog, duration_years, full(capex, "bn"), ai_share_capex,
                nopat_margin, 0.0,
            ).forward_roic
        )  # fmt: skip

    return {"run_rate": on(QUARTERS * quarter_capex_usd_bn), "annual_plan": on(annual_plan_usd_bn)}


def forward_roic_revenue(
    quarter_revenue_usd_bn: float, ai_share_revenue: float, quarter_capex_usd_bn: float, ai_share_capex: float,
    nopat_margin: float, annual_plan_usd_bn: float, ticker: str = "",
) -> Mapping[str, float]:  # fmt: skip
    """On four times the quarter's capex, and on the year's plan."""

    def on(capex: float) -> float:
        return float(
            ai_roic.model.forward_roic_revenue(
                full(QUARTERS * quarter_revenue_usd_bn, "bn"), ai_share_revenue, full(capex, "bn"), ai_share_capex,
                nopat_margin, 0.0,
            ).forward_roic
        )  # fmt: skip

    return {"run_rate": on(QUARTERS * quarter_capex_usd_bn), "annual_plan": on(annual_plan_usd_bn)}


def forward_roic_sensitivity(ticker: str, wacc: float, duration_years: list[float]) -> Mapping[str, list[float]]:
    """The spread at several durations; backlog and capex of the company are those that were filed by then."""
    quarters = select(facts.load([ticker], as_of=PUBLISHED), "quarter", "calendar", currency="USD")
    pace = measure(metrics.capex_run_rate, quarters)
    case = study.case(
        ai_roic.model.forward_roic_backlog, ticker, backlog=measure("rpo", quarters), annual_capex=pace, wacc=wacc
    )
    spreads = [case.evaluate(backlog_duration=years).forward_spread for years in duration_years]
    return {"spread_bps": [float(spread) * BASIS_POINTS for spread in spreads]}


def segment_gross_margin(
    revenue_usd_m: float, gross_profit_usd_m: float, extra_depreciation_points: float
) -> Mapping[str, float]:
    """Before and after a further charge in points of revenue."""
    found = ai_roic.model.segment_gross_margin(
        full(revenue_usd_m, "m"), full(gross_profit_usd_m, "m"), extra_depreciation_points / PERCENT
    )
    return {"gross_margin": float(found.segment_gross_margin),
            "after_extra_depreciation": float(found.margin_after_depreciation)}  # fmt: skip


METHODS = (
    payback_from_roic,
    forward_roic_backlog,
    forward_roic_revenue,
    forward_roic_sensitivity,
    segment_gross_margin,
)
for method in METHODS:
    register(method.__name__, method)
