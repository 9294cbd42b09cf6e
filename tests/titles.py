"""What no title of an exhibit may be: too long, a dash for a number, a range of one number, a rank among one."""

import re

TITLE = 110  # letters; most have at most 90
FAULTS = {
    "a dash for a number": r"(?<!\S)\(?–(?!\S*\w)",
    "two ends that are one": r"(?<!\S)(\S*\d\S*(?: \w+)?) (?:to|and) \1(?![\w.,])",
    "one of one": r"\b1 of 1\b",
    "a name of code": r"\b[a-z]+_[a-z]",
}


def faults_of(title: str) -> list[str]:
    long = [f"{len(title)} letters"] if len(title) > TITLE else []
    return long + [fault for fault, pattern in FAULTS.items() if re.search(pattern, title)]
