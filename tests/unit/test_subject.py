"""What counts for a post's being about deep learning."""

from __future__ import annotations

from kb.language.gloss import Term
from kb.language.terms import Terms
from kb.taxonomy.subject import COUNTS, features, load_model, score

TERMS = Terms(
    [
        Term("object detection", "目标检测", "", (), "vision"),
        Term("edge detection", "边缘检测", "", (), "imaging"),
        Term("survey", "综述", "", (), "general"),
    ]
)


def test_terms_of_deep_learning_count_and_those_of_other_subjects_do_not() -> None:
    of = {
        name: dict(
            zip(COUNTS, features(f"A survey of {name}", (name,), f"On {name}, a survey.\n" * 9, TERMS), strict=True)
        )
        for name in ("object detection", "edge detection")
    }
    assert of["object detection"]["terms"] > 2 and of["object detection"]["in_title"] == 1
    assert of["edge detection"]["terms"] == of["edge detection"]["in_title"] == of["edge detection"]["in_tags"] == 0


def test_likeness_to_another_subject_counts_against_a_post() -> None:
    model = load_model()
    counts = features("Filters", (), "Filters of pictures. " * 30, TERMS)
    near = dict.fromkeys(model.fields, 0.3)
    assert score(model, counts, near | {"imaging": 0.6}) < score(model, counts, near)
    assert score(model, counts, near | {"language": 0.6}) > score(model, counts, near)
