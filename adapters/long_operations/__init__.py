"""Operations in PostgreSQL: where they are started and seen, and where their steps are saved."""

from adapters.long_operations.desk import OperationDesk
from adapters.long_operations.progress import OperationProgress
from adapters.long_operations.rows import SentRows

__all__ = ["OperationDesk", "OperationProgress", "SentRows"]
