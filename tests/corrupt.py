"""What the tests of tables put into cells that hold a number, a date or a name."""

VALUES = [
    "",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "1e9",
    "1,000",
    "１２",
    "0x10",
    "1_000",
    "01",
    "twelve",
    "2024-13-01",
    "None",
]
