"""What takes items and fails."""

from typing import Any


class Failing:
    """Takes no item at all."""

    def process_item(self, item: Any) -> Any:
        raise LookupError("a defect of the program")
