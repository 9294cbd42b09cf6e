"""Segments, products and customers out of a filing's XBRL instance, and what a hostile or broken one gets."""

import gzip

import edgar
import pandas as pd
import pytest

from capcycle import cli, facts, paths, sources
from capcycle.errors import CapcycleError
from capcycle.facts import door
from capcycle.sources import beside, filings, instance, store

MEMBERS = sources.read_members()
FILING = filings.Filing(edgar.AMAZON[0], "10-K", "2023-02-03", f"{edgar.AMAZON[1]}.htm", True)
WHOLE = paths.ROOT.parent / "shared" / "data" / "sec" / f"{edgar.AMAZON[1]}_htm.xml"  # skipped elsewhere
SEGMENT, PRODUCT = instance.SEGMENTS, "srt:ProductOrServiceAxis"
REVENUE = "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax"


def recorded():
    return instance.facts(edgar.instance(), "recording")


def amazon(found):
    return instance.reading(found, MEMBERS[MEMBERS["company"] == "AMZN"], FILING)


def values(read, concept):
    return {each.end[:4]: each.value / 1e6 for each in read.figures if each.concept == concept and each.priority == 1}


# ---- figures that the 10-K for 2022 prints: note 10 (segments), in millions


@pytest.mark.parametrize(
    ("concept", "printed"),
    [
        ("cloud_revenue", {"2020": 45370, "2021": 62202, "2022": 80096}),
        ("cloud_operating_income", {"2020": 13531, "2021": 18532, "2022": 22841}),
        ("cloud_depreciation", {"2020": 7603, "2021": 10653, "2022": 9876}),
        ("cloud_ppe_additions", {"2020": 16530, "2021": 22047, "2022": 27755}),
        ("cloud_ppe_net", {"2020": 32151, "2021": 43245, "2022": 60324}),
        ("cloud_segment_assets", {"2020": 47574, "2021": 63835, "2022": 88491}),
        ("rpo", {"2022": 110400}),  # note 1: "approximately $110.4 billion", mostly of AWS
    ],
)
def test_the_figures_of_a_segment_are_those_of_the_note(concept, printed):
    assert values(amazon(recorded()), concept) == printed


def test_segments_add_up_with_what_lies_in_none_and_products_however_often_they_break_the_total_down():
    # 2022: 185,268 + 64,666 + 88,491 + corporate 124,250 = 462,675; products by line and by kind 2 x 513,983
    read = amazon(recorded())
    assert read.apart == [] and read.doubts == []


def test_a_member_that_moves_is_shown_as_the_difference_to_the_total():
    found = [each._replace(value=each.value - 7e9) if is_aws(each) else each for each in recorded()]
    said = {each.end: each.reason for each in amazon(found).apart}
    assert "sum to 5,248,000,000, the total is 12,248,000,000: 7,000,000,000 lies in none" in said["2022-12-31"]


def is_aws(fact):
    return fact.tag == "us-gaap:OperatingIncomeLoss" and fact.members == {
        (SEGMENT, "amzn:AmazonWebServicesSegmentMember")
    }


def test_without_a_total_that_is_said():
    found = [each for each in recorded() if each.members]
    assert "gives no total beside them" in amazon(found).apart[0].reason


def test_a_member_of_another_name_is_not_guessed_and_its_candidates_are_named():
    renamed = edgar.instance().replace(b"AmazonWebServicesSegmentMember", b"AWSSegmentMember")
    read = amazon(instance.facts(renamed, "recording"))
    assert values(read, "cloud_operating_income") == {}
    doubt = next(each for each in read.doubts if each.concept == "cloud_operating_income")
    assert "amzn:AWSSegmentMember, amzn:InternationalSegmentMember, amzn:NorthAmericaSegmentMember" in doubt.reason


def test_a_row_holds_within_its_dates_only():
    rows = MEMBERS[MEMBERS["company"] == "AMZN"].assign(**{"from": "2021-01-01", "to": "2021-12-31"})
    assert set(values(instance.reading(recorded(), rows, FILING), "cloud_revenue")) == {"2021"}


def test_a_part_of_a_segment_is_not_the_segment():
    # AWS added 27,755 of property; figures by type of asset have a further member and are left alone
    parts = [each for each in recorded() if len(each.members) == 3]
    assert parts and all(each.value not in (27755e6, 22047e6) for each in parts)
    assert not instance.reading(parts, MEMBERS[MEMBERS["company"] == "AMZN"], FILING).figures


def test_two_tables_that_differ_are_refused_with_both(server, capsys):
    path, text = next(iter(server.documents.items()))
    server.documents[path] = text.replace(b">80096000000<", b">90096000000<", 1)  # one of the two tables
    cli.main(["add", "AMZN"])
    shown = capsys.readouterr().out
    assert "the filing says" in shown and "80,096,000,000 (" in shown and "90,096,000,000 (" in shown
    kept = store.read("facts", "AMZN").query("concept == 'cloud_revenue'")
    assert "2022-12-31" not in set(kept["period_end"]) and "2021-12-31" in set(kept["period_end"])


# ---- from a ticker to the own layer


def test_segments_come_with_the_company_and_name_their_member(server):
    assert cli.main(["add", "AMZN"]) == 0
    rows = store.read("facts", "AMZN").query("concept == 'cloud_revenue'")
    assert rows["value"].tolist() == ["45370000000", "62202000000", "80096000000"]
    assert set(rows["source"]) == {"0001018724-23-000004"} and set(rows["published"]) == {"2023-02-03"}
    assert rows["locator"].iloc[0] == f"{REVENUE} · {SEGMENT}=amzn:AmazonWebServicesSegmentMember"
    facts.check()


def test_an_instance_is_fetched_once(server):
    cli.main(["add", "AMZN"])
    asked = len(server.asked)
    assert cli.main(["refresh"]) == cli.NOTHING_NEW
    assert not [path for path, _ in server.asked[asked:] if path.startswith("/Archives")]


def test_segments_without_a_row_are_shown_by_name(server, monkeypatch, capsys):
    monkeypatch.setattr(instance, "read_members", lambda: MEMBERS[:0])
    cli.main(["add", "AMZN"])
    shown = capsys.readouterr().out
    assert "amzn:NorthAmericaSegmentMember 315,880,000,000, amzn:InternationalSegmentMember 118,007,000,000" in shown


def test_a_report_without_an_instance_is_told_and_the_rest_is_taken(server, capsys):
    server.documents.clear()
    assert cli.main(["add", "AMZN"]) == 0
    assert "there is nothing here" in capsys.readouterr().out
    assert len(store.read("facts", "AMZN"))


# ---- customers


def customer(*pairs, value="0.13", share="ConcentrationRiskPercentage"):
    members = "".join(f'<d:explicitMember dimension="{axis}">{name}</d:explicitMember>' for axis, name in pairs)
    return f"""<xbrl xmlns="http://www.xbrl.org/2003/instance" xmlns:d="http://xbrl.org/2006/xbrldi"
      xmlns:us-gaap="http://fasb.org/us-gaap/2024" xmlns:srt="http://fasb.org/srt/2024" xmlns:x="http://example.org/x">
      <context id="a"><entity><segment>{members}</segment></entity>
        <period><startDate>2024-01-29</startDate><endDate>2025-01-26</endDate></period></context>
      <unit id="p"><measure>pure</measure></unit>
      <us-gaap:{share} contextRef="a" unitRef="p" decimals="2">{value}</us-gaap:{share}>
    </xbrl>""".encode()


WHO = ("srt:MajorCustomersAxis", "x:CustomerAMember")
RISK = ("us-gaap:ConcentrationRiskByTypeAxis", "us-gaap:CustomerConcentrationRiskMember")
OF = "us-gaap:ConcentrationRiskByBenchmarkAxis"


def shares(*pairs):
    return instance.customers(instance.facts(customer(*pairs), "made"), "NVDA", "NVIDIA", FILING)


def test_a_customer_is_a_row_of_the_register():
    row = shares(WHO, RISK, (OF, "us-gaap:SalesRevenueNetMember")).iloc[0]
    assert row[["customer_name", "share", "period_start", "period_end", "kind"]].tolist() == [
        "Customer A", "0.13", "2024-01-29", "2025-01-26", "reported"]  # fmt: skip
    rows, known = pd.DataFrame([row]).assign(published="2025-02-26"), door.reference()
    assert len(beside.sound("customers", rows, known)[0]) == 1
    assert beside.sound("customers", rows.assign(share="13"), known)[0].empty


@pytest.mark.parametrize(
    "others",
    [
        [(OF, "us-gaap:AccountsReceivableMember"), RISK],  # of what is owed
        [(OF, "us-gaap:SalesRevenueNetMember"), RISK, (SEGMENT, "x:GraphicsMember")],  # of one segment
        [(OF, "us-gaap:SalesRevenueNetMember"), (RISK[0], "us-gaap:SupplierConcentrationRiskMember")],
        [RISK],  # of nobody knows what
    ],
)  # fmt: skip
def test_a_share_of_something_else_is_left_out(others):
    assert shares(WHO, *others).empty


# ---- faults: nothing is taken, and what was there stays


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><xbrl xmlns="http://www.xbrl.org/2003/instance">&b;</xbrl>'
OUTSIDE = (
    b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xbrl xmlns="http://www.xbrl.org/2003/instance">&a;</xbrl>'
)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((200, b"<!DOCTYPE html><html><title>Sign in</title></html>"), "a web page in place of XML"),
        ((200, b"<!DOCTYPE html><html><body><br></body></html>"), "a web page in place of XML"),
        ((200, ENTITIES), "declares a document type"),
        ((200, OUTSIDE), "declares a document type"),
        ((200, edgar.instance()[:20000]), "not XML, or cut short"),
        ((200, b"{}"), "not XML, or cut short"),
        ((200, b""), "empty"),
        ((200, b"<a/>"), "<a> in place of an XBRL instance"),
        ((200, edgar.instance().replace(b'id="c32"', b'id="c3x"')), "as it should be: KeyError('c32')"),
        ((200, edgar.instance().replace(b">80096000000<", b">80.096bn<")), "not an XBRL instance as it should be"),
        ((200, gzip.compress(b"<a>" + b" " * 10**6), {"Content-Encoding": "gzip"}), "more than 500,000 bytes"),
    ],
)  # fmt: skip
def test_a_fault_in_an_instance_is_said_and_nothing_of_the_company_changes(server, answer, message):
    server.faults = [None, None, answer]  # companyfacts and the list of filings come first
    client = server.client(largest=500_000)
    with pytest.raises(CapcycleError) as refused:
        sources.add("AMZN", client, sources.read_tags())
    assert message in str(refused.value) and "amzn-20221231_htm.xml" in str(refused.value)
    assert store.read("facts", "AMZN").empty and store.kept(f"instance-{edgar.AMAZON[0]}") == ("", b"")


@pytest.mark.parametrize("cell", ["axis", "member", "tag"])
def test_a_wrong_cell_of_the_members_is_refused(cell):
    wrong = MEMBERS.head(1).assign(**{cell: "Cloud"})
    assert door.faults(wrong, instance._rules(wrong)) == [
        f"data/members.csv:2: {cell} 'Cloud' is not a name with its prefix, such as us-gaap:Assets"
    ]


# ---- the whole instance, where it is at hand


@pytest.mark.skipif(not WHOLE.is_file(), reason="no whole instance of Amazon's on this machine")
def test_the_whole_instance_gives_what_its_recording_gives():
    found = instance.facts(WHOLE.read_bytes(), WHOLE.name)
    assert sorted(amazon(found).figures) == sorted(amazon(recorded()).figures)
    assert ("us-gaap:RevenueRemainingPerformanceObligation", 110.4e9) in {(each.tag, each.value) for each in found}
