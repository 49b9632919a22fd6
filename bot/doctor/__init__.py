"""``cadence doctor``: everything that a run needs, looked at, with what to do about the rest."""

from bot.doctor.examination import examine
from bot.doctor.finding import Finding, Level, Patient
from bot.doctor.report import show

__all__ = ["Finding", "Level", "Patient", "examine", "show"]
