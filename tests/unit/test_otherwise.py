"""What would have changed a post's place, and which changes of an edition have a reason."""

from __future__ import annotations

from kb.ranking.difference import changes
from kb.ranking.otherwise import Place, otherwise
from kb.types import Edition, Entry, Part

PARTS = (Part("standing", 0.5, 0.5), Part("depth", 0.3, 0.5), Part("evidence", None, 0.0))


def test_the_smallest_change_that_reaches_the_next_rank_is_named_in_things_that_can_be_counted() -> None:
    lines = list(otherwise(Place(2, 0.4, (0.45, 0.4, 0.3), 0.3), PARTS))
    assert lines[0].startswith("rank 1 has 0.4500, 0.0500 more; any of these would do:")
    assert "standing 0.50 -> 0.60 (about 1 more other blogs that link to its blog)" in lines[0]
    assert "depth 0.30 -> 0.40" in lines[0]


def test_what_a_post_owes_to_its_greatest_part_is_the_rank_without_it() -> None:
    lines = list(otherwise(Place(1, 0.4, (0.4, 0.35, 0.1), 0.1), PARTS))
    assert lines == ["no post stands above it", "without standing it would have 0.3000: rank 2"]


def test_a_rule_keeps_a_post_out_whatever_its_score_and_is_said_alone() -> None:
    place = Place(None, 0.9, (0.5,), 0.5, hurdle="its page is gone")
    assert list(otherwise(place, PARTS)) == ["not charted: its page is gone"]


def test_a_post_below_its_fields_last_is_told_how_much_is_missing() -> None:
    (line,) = otherwise(Place(None, 0.4, (0.9, 0.8), 0.8), PARTS)
    assert line.startswith("not charted: the last of its field in the chart has 0.8000, 0.4000 more;")
    assert line.endswith("no single part could make that up")
    (line,) = otherwise(Place(None, 0.4, (0.9, 0.3), 0.3, alike="Twin (0.91)"), PARTS)
    assert "Twin (0.91)" in line
    assert list(otherwise(Place(None, 0.4, (), None), PARTS)) == ["not charted: the chart is empty"]


def _edition(number: int, *rows: tuple[int, float], weights: float = 1.0) -> Edition:
    entries = tuple(Entry(i, rank, value, {"a": value}, 1) for rank, (i, value) in enumerate(rows, 1))
    return Edition(number, "2026-01-01T00:00:00Z", {"weights": {"a": weights}}, entries)


def test_a_rank_changes_for_its_own_parts_or_for_what_crossed_it() -> None:
    old, new = _edition(1, (1, 0.9), (2, 0.8), (3, 0.7)), _edition(2, (4, 0.95), (1, 0.9), (3, 0.85), (2, 0.8))
    found = {c.post_id: c for c in changes(old, new)}
    assert {i: (c.kind, dict(c.parts), c.above) for i, c in found.items()} == {
        4: ("came", {}, ()), 1: ("moved", {}, (4,)), 3: ("scored", {"a": (0.7, 0.85)}, (4,)), 2: ("moved", {}, (3, 4)),
    }  # fmt: skip
    assert all(c.explained for c in found.values())


def test_a_change_that_nothing_explains_is_not_called_explained() -> None:
    swapped = _edition(2, (2, 0.8), (1, 0.9))
    assert not any(c.explained for c in changes(_edition(1, (1, 0.9), (2, 0.8)), swapped))
    other = _edition(2, (2, 0.8), (1, 0.9), weights=2.0)
    assert all(c.rules == ("weights",) for c in changes(_edition(1, (1, 0.9), (2, 0.8)), other))


def test_the_same_edition_twice_has_no_changes() -> None:
    assert changes(_edition(1, (1, 0.9)), _edition(2, (1, 0.9))) == []
