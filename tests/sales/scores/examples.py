"""One example of each message about scoring; a test states only what differs."""

from typing import Final

from domain.sales.scores import ChangeScoring, ScoringChanged, Weights

weights: Final = Weights(hot=80, warm=50)
change_scoring: Final = ChangeScoring(weights=weights)
scoring_changed: Final = ScoringChanged(weights=weights, scoring_version=1)
