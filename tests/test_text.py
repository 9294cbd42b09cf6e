"""Any text beside the filings: what is read, what holds, and which slip explains what does not."""

import csv
import sys
from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capcycle import cli, facts, metrics, paths
from capcycle.claims import load, text
from capcycle.claims.text import Cells, judge_all, said, statements
from capcycle.claims.text.amounts import amounts
from capcycle.claims.text.statements import read
from capcycle.claims.text.times import times
from capcycle.claims.text.vocabulary import RECORDS
from capcycle.errors import CapcycleError, DataError

sys.path.insert(0, str(paths.ROOT / "tests" / "benchmarks"))
import bench_lines


def judged(sentence, day=""):
    """The judgement on a sentence of one figure."""
    (only,) = text.check_text(sentence, day)
    return only


# ---- what is read


@pytest.mark.parametrize(
    ("printed", "value", "unit"),
    [
        ("$13.87bn", 13.87e9, "USD"),
        ("US$1.2 trillion", 1.2e12, "USD"),
        ("1,234万元", 12.34e6, "CNY"),
        ("15亿美元", 1.5e9, "USD"),
        ("1.2万亿元", 1.2e12, "CNY"),
        ("3兆日圆", 3e12, ""),
        ("300兆瓦", 300, "MW"),
        ("1.2 GW", 1200, "MW"),
        ("33.4 per cent", 0.334, "fraction"),
        ("4.2个百分点", 0.042, "points"),
        ("120-fold", 120, "multiple"),
        ("三倍", 3, "multiple"),
        ("doubled", 2, "multiple"),
        ("-$33.3m", -33.3e6, "USD"),
        ("$0.81 per share", 0.81, "USD/share"),
        ("HK$2.5bn", 2.5e9, "HKD"),
    ],
)
def test_a_figure_is_read_in_full_units(printed, value, unit):
    (only,) = amounts(printed)
    assert (only.low, only.unit) == (pytest.approx(value), unit)


def test_a_range_has_two_ends_and_the_scale_of_its_end():
    (only,) = amounts("guidance of $37-40 billion")
    assert (only.low, only.high) == (37e9, 40e9)


@pytest.mark.parametrize("printed", ["$30,5 billion", "10-K", "GB200", "Llama 4", "in 2024", "Q3 2025", "H100"])
def test_what_is_no_figure_is_not_read_as_one(printed):
    assert [each for each in amounts(printed) if each.low > 30] == []


@pytest.mark.parametrize(
    ("words", "months", "last"),
    [  # at Microsoft, whose year ends in June: the months that end with the month (year, number)
        ("fiscal Q1 2026", 3, (2025, 9)),
        ("FY26", 12, (2026, 6)),
        ("Q4 FY2025", 3, (2025, 6)),
        ("third quarter of fiscal 2026", 3, (2026, 3)),
        ("calendar Q3 2025", 3, (2025, 9)),
        ("CY2025", 12, (2025, 12)),
        ("quarter ended September 30, 2025", 3, (2025, 9)),
        ("twelve months to March 2026", 12, (2026, 3)),
        ("2026财年第二季度", 3, (2025, 12)),
        ("截至2026年3月的十二个月", 12, (2026, 3)),
        ("FQ2 2026", 3, (2025, 12)),
    ],
)
def test_a_period_is_that_of_the_company(words, months, last):
    (only,) = times(words)
    (span,) = only.spans(year_end=6)
    assert span == (months, last[0] * 12 + last[1] - 1)


def test_a_quarter_without_a_calendar_is_read_in_both():
    (only,) = times("Q1 2026")
    assert list(only.spans(year_end=6).values()) == ["fiscal", "calendar"]
    assert len(only.spans(year_end=12)) == 1


def test_last_year_is_counted_from_the_day_of_the_text():
    assert times("last year", date(2026, 7, 30))[0].year == 2025
    assert times("last year")[0].year == 0


def test_each_figure_of_a_sentence_has_its_own_quantity_company_and_comparison():
    sentence = "AWS revenue rose 18.7% to $26.281bn in Q2 2024, and Alphabet's net profit fell by $1.2bn."
    growth, level, change = read(sentence)
    assert (growth.companies, growth.measures, growth.comparison) == (("AMZN",), ("cloud_revenue",), "growth")
    assert (level.comparison, level.amount.low) == ("level", 26.281e9)
    assert (change.companies, change.measures, change.comparison) == (("GOOGL",), ("net_income",), "change")
    assert change.amount.low == -1.2e9


def test_a_sentence_goes_on_about_the_company_and_the_period_of_the_one_before():
    _, second = read("Microsoft's capex was $13.87bn in the June quarter of 2024. Revenue was $64.7bn.")
    assert (second.companies, second.measures, second.time.month) == (("MSFT",), ("revenue",), 6)


def test_a_percentage_of_a_quantity_is_a_share_of_it():
    for sentence in ("Meta spent 33% of revenue on capex in 2025.", "Meta 2025年资本开支占营收的33%。"):
        (only,) = read(sentence)
        ratio = only.measures == ("capex_to_revenue",)
        assert ratio or (only.measures, only.comparison, only.of) == (("capex",), "share", "revenue")


def test_what_cannot_be_read_says_what_is_lacking():
    assert [each.lacking for each in read("It was $3bn. Meta had $4bn. Meta's capex was $5bn.")] == [
        "measure",
        "measure",
        "time",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "Google's advertising revenue was $64.6bn in Q2 2024.",
        "Google's revenue from advertising was $64.6bn in Q2 2024.",
        "Baidu's non-ad revenue was RMB 9.3bn in Q3 2025.",
        "Analysts had a capex forecast of $13.27bn for Microsoft in Q2 2024.",
        "2024年第二季度谷歌广告收入646亿美元。",
        "Alphabet saw revenue growth, having generated $2.8bn from agents in 2024.",
        "The contract brings $1.73 million/MW a year to Cipher in 2025.",
    ],
)
def test_another_quantity_with_a_known_word_in_it_is_not_taken_for_the_known_one(sentence):
    assert {each.verdict for each in text.check_text(sentence)} == {"not checkable"}


def test_a_sentence_about_somebody_unknown_is_not_taken_for_one_about_the_company_before():
    first, second = read("Meta's capex was $8.2bn in Q2 2024. By then the yearly sales of Acme were $1.6bn.")
    assert (first.companies, second.companies) == (("META",), ())


def test_a_loss_is_printed_without_its_sign():
    assert judged("Cipher had a net loss of $822m in 2025.").verdict == "consistent"  # 10-K 0001819989-26-000009


def test_a_long_text_without_sense_is_read_at_once():
    assert text.check_text("Capex Of The And Its Total " * 400 + "$3bn in 2024 " + "of the Its " * 400)


# ---- what holds


@pytest.mark.parametrize(
    "sentence",
    [  # as filed: Microsoft 10-K 2024, Amazon and Alphabet 10-Q June 2024
        "Microsoft's capex was $13.87bn in calendar Q2 2024.",
        "Microsoft's capex was $13.87bn in fiscal Q4 2024.",
        "AWS revenue was $26.281bn in Q2 2024.",
        "AWS revenue grew 18.7% in Q2 2024.",
        "2024年第二季度，亚马逊云收入262.81亿美元。",
        "2024年第二季度AWS收入同比增长18.7%。",
        "2024年第二季度,亞馬遜雲業務營收262.81億美元。",
        "Alphabet's net profit was $23.6bn in the second quarter of 2024.",
        "Google Cloud's revenue passed $10bn in Q2 2024.",
        "Alphabet spent about $13bn on capex in Q2 2024.",
        "Capex at Microsoft was $44.48bn in FY2024.",
    ],
)
def test_what_the_filings_say_is_consistent(sentence):
    assert judged(sentence).verdict == "consistent"


def test_a_figure_that_is_cut_and_not_rounded_holds():
    assert judged("Alphabet's revenue was $84.74bn in Q2 2024.").verdict == "consistent"  # 84.742bn
    assert judged("Microsoft's capex was $13.873bn in calendar Q2 2024.").verdict == "consistent"
    assert judged("Microsoft's capex was $13.86bn in calendar Q2 2024.").verdict == "inconsistent"


def test_companies_together_are_added_up():
    total = 13.873 + 13.186  # bn, June quarter of 2024: Microsoft's 10-K less nine months, Alphabet's 10-Q less three
    sentence = f"Together Microsoft and Alphabet spent ${total:.1f}bn on capex in calendar Q2 2024."
    assert judged(sentence).verdict == "consistent"


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Microsoft's capex was $138.7bn in calendar Q2 2024.", "scale"),
        ("2024年第二季度，亚马逊云收入26.281亿美元。", "scale"),
        ("Microsoft's capex was $13.87bn in fiscal Q2 2024.", "label"),
        ("Meta's capex was $8.47bn in Q2 2024.", "definition"),  # with principal paid on finance leases: 8.472bn
        ("Microsoft's capex was $44.48bn in fiscal Q4 2024.", "length"),
        ("Alphabet's capex was $12.01bn in Q2 2024.", "neighbour"),  # of the quarter before
        ("AWS revenue rose 5.0% on the year in Q2 2024.", "comparison"),  # on the quarter before: 26.281 after 25.037
        ("Microsoft's capex was $18.37bn in calendar Q2 2024.", "digits"),
        ("Cipher leased 300 MW of critical IT load to Amazon.", "basis"),  # gross; 216 MW critical
    ],
)
def test_a_slip_is_explained_by_its_kind(sentence, kind):
    found = judged(sentence)
    assert (found.verdict, found.slips[0].kind) == ("inconsistent", kind)
    assert said.right(found)


def test_what_no_slip_explains_says_so():
    found = judged("Microsoft's capex was $11.11bn in calendar Q2 2024.")
    assert (found.verdict, found.slips) == ("inconsistent", ())
    assert "no slip that is known here explains" in said.why(found)


def test_a_figure_is_that_of_the_day_of_the_text():
    sentence = "Meta's capex was $27.27bn in 2023."  # 27.266bn in its 10-K of 2024-02-02, 27.045bn since 2025-01-30
    assert judged(sentence, "2024-06-30").verdict == "consistent"
    assert judged(sentence, "2025-06-30").verdict == "superseded"


def of_claim(claim):
    """The verdict on one of the published claims, by its number."""
    found = {each.statement.name: each for each in text.judged("", "", facts.open())}
    return found[claim]


def test_a_claim_is_not_set_against_what_it_cannot_mean():
    """OpenAI's agreement with AMD of October 2025 is not Riot's lease to AMD of January 2026; all debt is not its
    non-current part; a calendar quarter is not Microsoft's fiscal one, in which 10.7bn has no meaning.
    """
    assert (of_claim("c277").verdict, of_claim("c277").lacking) == ("not checkable", "record")
    assert (of_claim("c333").verdict, of_claim("c333").lacking) == ("not checkable", "figure")
    assert f"{of_claim('c208').usual.figure.end:%Y-%m}" == "2023-06"  # 8.943bn of cash, 10-K for fiscal 2023


def test_what_was_to_come_is_not_judged_by_what_came():
    found = judged("Alphabet will spend $49bn on capex in 2024.", "2024-07-31")
    assert (found.verdict, found.lacking) == ("not checkable", "forecast")
    assert "$52.5" in said.why(found)  # 52.535bn, 10-K for 2024


def test_a_bad_day_is_refused():
    with pytest.raises(CapcycleError, match="not a date"):
        text.check_text("Meta's capex was $8bn.", "30/07/2026")


def test_every_phrase_means_something_that_is_there():
    known = set(facts.dictionary().index) | set(metrics.ALL) | set(RECORDS)
    assert set(load.phrases()["measure"]) <= known


def test_a_note_of_twelve_sentences_has_its_four_faults_found_and_no_other():
    found = text.judged(paths.ROOT / "tests" / "data" / "note.md", "2026-08-03")
    wrong = {each.statement.printed: each.slips[0].kind for each in found if each.verdict != "consistent"}
    # capex with leases called cash, growth on the quarter called that on the year, a slip of scale, a half year
    assert wrong == {"$88.2bn": "definition", "5.6%": "comparison", "$85bn": "scale", "$80.6bn": "length"}


# ---- tables of statements, and files


def test_the_shares_of_true_and_wrong_lines_are_as_aimed_at():
    shares = bench_lines.shares(bench_lines.read())
    assert all(shares[name] >= aim for name, aim in bench_lines.AIMS.items()), shares


def test_the_lines_have_a_hundred_of_each_and_every_class_of_slip():
    truths = Counter(row["truth"] for row in csv.DictReader(bench_lines.LINES.open(encoding="utf-8")))
    assert truths.pop("true") == sum(truths.values()) == 100
    assert set(truths) <= set(said.CLASSES)


@pytest.mark.parametrize(
    ("line", "lacking"),
    [
        (Cells("Acme", "capex", "1", "2024", "USD bn"), "company"),
        (Cells("Meta", "happiness", "1", "2024", "USD bn"), "measure"),
        (Cells("Meta", "capex", "lots", "2024", "USD bn"), "value"),
        (Cells("Meta", "capex", "1", "soon", "USD bn"), "time"),
        (Cells("Meta", "capex", "1", "2024", "USD bn", "wow"), "comparison"),
        (Cells("Meta", "capex", "1", "2030", "USD bn"), "figure"),
    ],
)
def test_a_line_that_cannot_be_checked_says_what_is_lacking(line, lacking):
    (only,) = judge_all(statements([line]))
    assert (only.verdict, only.lacking) == ("not checkable", lacking)
    assert said.why(only)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "note.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="not UTF-8"):
        text.judged(tmp_path / "note.md")
    with pytest.raises(DataError, match="cannot be read"):
        text.judged(tmp_path / "absent.md")


@given(st.text(max_size=200), st.sampled_from(["", "2026-07-30"]))
@settings(max_examples=60, deadline=None)
def test_any_text_gets_an_answer(noise, day):
    for found in text.check_text(f"Meta's capex {noise} $3bn {noise} 2024 {noise}", day):
        assert said.why(found)
        assert said.reading(found)


@pytest.mark.slow
def test_the_command_line_writes_a_page_and_a_table_and_says_that_a_figure_is_wrong(tmp_path, capsys):
    note = tmp_path / "note.md"
    note.write_text("AWS sold $26.281bn in Q2 2024. Meta's capex was $81.7bn in Q2 2024.", "utf-8")
    assert cli.main(["claims", str(note), "--day", "2024-09-01", "--out", str(tmp_path / "report")]) == 1
    assert "$81.7bn inconsistent" in capsys.readouterr().out
    assert (tmp_path / "report" / "claims.html").stat().st_size > 10_000
    assert "scale_slip" in (tmp_path / "report" / "claims" / "judgements.csv").read_text("utf-8-sig")


def test_what_the_checks_set_beside_filed_figures_the_judge_finds_too():
    """Claims that stand alone beside a filed figure in checks.csv, by the verdict there (K071, K074, K095, K096, K015).

    Meta's 8.47bn holds with the principal of finance leases only (K077): another definition than capex.
    """
    judged = {each.statement.name: each for each in text.published(facts.open())}
    holds, fails = ["c206", "c235", "c236", "c238", "c240"], ["c208", "c237"]
    assert [judged[name].verdict for name in holds] == ["consistent"] * 5
    assert [judged[name].verdict for name in fails] == ["inconsistent"] * 2
    assert [slip.kind for slip in judged["c217"].slips][:1] == ["definition"]


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("NVIDIA closed at $118.42 on 27 January 2025.", "consistent"),  # 142.62 the Friday before: -16.97%
        ("英伟达2025年1月27日收盘价为118.42美元。", "consistent"),
        ("NVIDIA closed at $142.62 on 27 January 2025.", "inconsistent"),
        ("NVIDIA closed at $118.42 on 26 January 2025.", "not checkable"),  # a Sunday
    ],
)
def test_the_close_of_any_trading_day_is_reached(sentence, verdict):
    assert judged(sentence, "2026-08-01").verdict == verdict


def test_a_close_is_said_with_its_day_and_its_cents():
    told, lacking = (said.why(judged(f"NVIDIA closed at ${price} January 2025.", "2026-08-01"))
                     for price in ("128.42 on 27", "118.42 on 26"))  # fmt: skip
    assert "closing price of NVIDIA (27 Jan 2025): $118.42" in told and lacking.endswith("for 26 Jan 2025")
