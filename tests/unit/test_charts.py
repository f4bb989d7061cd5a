"""The small charts of the article."""

from __future__ import annotations

import pytest

from kb.rendering.charts import LONGEST, _short


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("Diffusion models", "Diffusion models"),
        ("Audio and speech", "Audio and speech"),
        ("Normalization and residual networks", "Normalization"),
        ("变分自编码器的先验分布与去噪扩散概率模型", "变分自编码器的先验分布"),
        ("A name that somebody gave a topic by hand", "A name that somebody gave a t…"),
    ],
)
def test_a_long_name_on_the_map_is_the_first_of_its_two_things(label: str, shown: str) -> None:
    assert _short(label) == shown and len(shown) <= LONGEST
