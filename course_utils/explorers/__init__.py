"""The widgets of the lessons: pictures that follow controls."""

from __future__ import annotations

from course_utils.explorers.anchor_boxes import AnchorBoxExplorer
from course_utils.explorers.beam_search import BeamSearchExplorer
from course_utils.explorers.broadcasting import BroadcastingExplorer
from course_utils.explorers.conv_animator import ConvAnimatorExplorer
from course_utils.explorers.decision_boundary import DecisionBoundaryExplorer
from course_utils.explorers.detections import DetectionExplorer
from course_utils.explorers.dropout import DropoutExplorer
from course_utils.explorers.error_budget import ErrorBudgetExplorer, ErrorBudgetState
from course_utils.explorers.feature_maps import FeatureMapExplorer
from course_utils.explorers.gates import GatedModel, GateExplorer, SentenceGatesExplorer
from course_utils.explorers.learning_rate import LearningRateExplorer
from course_utils.explorers.moving_average import MovingAverageExplorer
from course_utils.explorers.network_builder import NetworkBuilderExplorer
from course_utils.explorers.neuron import NeuronExplorer
from course_utils.explorers.optimiser_race import OptimiserRaceExplorer
from course_utils.explorers.surfaces import (
    CostSurface,
    logistic_surface,
    plateau_surface,
    quadratic_surface,
    ravine_surface,
    saddle_surface,
)
from course_utils.explorers.weight_decay import WeightDecayExplorer

__all__ = [
    "AnchorBoxExplorer",
    "BeamSearchExplorer",
    "BroadcastingExplorer",
    "ConvAnimatorExplorer",
    "CostSurface",
    "DecisionBoundaryExplorer",
    "DetectionExplorer",
    "DropoutExplorer",
    "ErrorBudgetExplorer",
    "ErrorBudgetState",
    "FeatureMapExplorer",
    "GateExplorer",
    "GatedModel",
    "LearningRateExplorer",
    "MovingAverageExplorer",
    "NetworkBuilderExplorer",
    "NeuronExplorer",
    "OptimiserRaceExplorer",
    "SentenceGatesExplorer",
    "WeightDecayExplorer",
    "logistic_surface",
    "plateau_surface",
    "quadratic_surface",
    "ravine_surface",
    "saddle_surface",
]
