"""SMS, by LabsMobile."""

from adapters.sms.labsmobile import LabsMobileApi

__all__ = ["LabsMobileApi"]
