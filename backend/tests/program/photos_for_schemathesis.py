"""Real photos among the bytes that schemathesis sends, so that identifications happen too."""

import schemathesis
from hypothesis import strategies

from plant_simulator.drawings import draw_sample_leaf

PHOTOS = strategies.sampled_from([draw_sample_leaf(seed, width=320, height=240) for seed in range(4)])
schemathesis.openapi.format("binary", PHOTOS | strategies.binary(max_size=64))
schemathesis.openapi.media_type("image/jpeg", PHOTOS)
