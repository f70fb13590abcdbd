"""What a comparison found, as a page, a picture and tables."""

from imusim.compare.report.conditions import Condition, check, parse_fail_under
from imusim.compare.report.files import check_folder, to_json, write_report
from imusim.compare.report.terminal import summary_table

__all__ = [
    "Condition",
    "check",
    "check_folder",
    "parse_fail_under",
    "summary_table",
    "to_json",
    "write_report",
]
