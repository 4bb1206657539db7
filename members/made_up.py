"""Made-up people for demonstrations and tests: a real county, a right check digit, and the sequence 000 that is never issued."""

from datetime import date

from stdnum.cn import ric


def id_number(born: date, *, county: str = "110101") -> str:
    """A valid ID number nobody can have; one for each county and birthday."""
    digits = f"{county}{born:%Y%m%d}000"
    return digits + ric.calc_check_digit(digits + "0")
