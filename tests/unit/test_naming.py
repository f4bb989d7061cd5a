"""How terms and proper names stand in the labels of topics."""

from __future__ import annotations

from collections import Counter

from kb.language.gloss import Term
from kb.language.terms import Terms
from kb.taxonomy.labels import labels, term_counts
from kb.taxonomy.naming import chinese, names, own_names, plural, same

TERMS = Terms(
    [
        Term("graph neural network", "图神经网络", "GNN", (), "graphs"),
        Term("stride", "步幅", "", (), "basics"),
        Term("object detection", "目标检测", "", (), "vision"),
        Term("image classification", "图像分类", "", (), "vision"),
        Term("LeNet", "LeNet网络", "", (), "vision"),
        Term("transformer", "变换器", "", (), "language"),
    ]
)


def found(texts: list[str], others: list[str]) -> list[str]:
    everywhere = Counter(name for text in [*texts, *others] for name in names(text))
    return [name for name, _, _ in own_names(texts, everywhere, len(texts) + len(others), TERMS)]


def test_a_name_that_many_titles_have_is_found_and_words_that_begin_titles_are_not() -> None:
    texts = [f"How PyTorch part {i}\n\nimport pytorch\nwith PyTorch and pytorch, how it is" for i in range(6)]
    others = [f"Another subject {i}\n\nhow and how" for i in range(60)]
    assert found(texts, others) == ["PyTorch"]


def test_a_part_of_a_term_is_no_name_and_neither_is_what_all_titles_have() -> None:
    texts = [f"Graph Neural Network {i}\n\nGraph" for i in range(6)]
    assert found(texts, [f"Else {i}\n\n" for i in range(60)]) == []
    texts = [f"Qwen {i}\n\nQwen" for i in range(6)]
    assert found(texts, [f"Qwen too {i}\n\n" for i in range(60)]) == []


def test_what_there_are_many_of_stands_in_the_plural() -> None:
    assert [plural(name) for name in ("diffusion model", "decision boundary", "object detection", "GAN")] == [
        "diffusion models", "decision boundaries", "object detection", "GAN",
    ]  # fmt: skip
    assert same("Diffusion models") == same("diffusion model") and same("GAN") != same("GANs and more")


def test_a_latin_name_stands_alone_in_chinese_too() -> None:
    assert [chinese(TERMS.all[i]) for i in (4, 5, 2)] == ["LeNet", "Transformer", "目标检测"]


def test_a_topic_is_named_by_what_its_titles_name_and_not_by_what_every_text_does() -> None:
    texts = {
        1: [f"Object detection {i}\n\nstride stride stride, object detection" for i in range(5)],
        2: [f"Image classification {i}\n\nstride, image classification" for i in range(5)],
    }
    named = labels({t: term_counts(some, TERMS) for t, some in texts.items()}, texts, TERMS, {})
    assert {label.en for label in named.values()} == {"Object detection", "Image classification"}


def test_two_topics_of_one_framework_are_told_apart_by_what_they_do_with_it() -> None:
    texts = {
        1: [f"PyTorch {i}\n\nPyTorch" for i in range(9)],
        2: [f"PyTorch image classification {i}\n\nPyTorch, image classification" for i in range(9)],
        3: [f"Graph neural network {i}\n\ngraph neural network" for i in range(150)],
    }
    named = labels({t: term_counts(some, TERMS) for t, some in texts.items()}, texts, TERMS, {})
    assert len({label.en for label in named.values()}) == 3
    assert any("PyTorch" in label.en for label in named.values())


def test_what_one_title_alone_names_is_no_topics_name() -> None:
    texts = {
        1: [f"Object detection {i}\n\nobject detection" for i in range(2)] + ["LeNet\n\n" + "LeNet " * 9] * 1,
        2: [f"Graph neural network {i}\n\ngraph neural network" for i in range(6)],
    }
    texts[1] += [f"Part {i}\n\n" + "LeNet, LeNet and LeNet" * (i < 3) for i in range(6)]
    named = labels({t: term_counts(some, TERMS) for t, some in texts.items()}, texts, TERMS, {})
    assert named[1].en == "Object detection" and "LeNet" in named[1].terms


def test_a_second_term_is_left_to_the_topic_that_it_says_more_of() -> None:
    titles = ["Object detection"] * 7 + ["Image classification"] * 6 + ["Part"] * 7
    for many, both in ((7, False), (5, True)):
        texts = {
            1: [f"{title}\n\nobject detection, image classification" for title in titles],
            2: [f"{t}\n\nimage classification" for t in ["Image classification"] * many + ["Part"] * (20 - many)],
        } | {topic: ["Strides\n\nstride"] * 8 for topic in range(3, 13)}
        named = labels({t: term_counts(some, TERMS) for t, some in texts.items()}, texts, TERMS, {})
        assert named[1].en == "Object detection" + " and image classification" * both
        assert (named[2].en == "Image classification") is not both


def test_a_name_is_written_as_most_texts_write_it() -> None:
    texts = [f"Pytorch {i}\n\nPytorch" for i in range(6)]
    others = [f"Elsewhere {i}\n\nPyTorch, and import pytorch" for i in range(60)]
    everywhere = Counter(name for text in [*texts, *others] for name in names(text))
    assert [name for name, _, _ in own_names(texts, everywhere, 66, TERMS, others)] == ["PyTorch"]


def test_an_abbreviation_stands_in_a_label_where_the_texts_know_it() -> None:
    long = Terms([Term("concept activation vector", "概念激活向量图", "CAV", (), "trust"), *TERMS.all])
    for use, name in (("CAV", "CAV"), ("concept activation vectors", "Concept activation vector")):
        texts = {1: [f"{use} {i}\n\n{use}" for i in range(6)], 2: ["Strides\n\nstride"] * 6}
        counts = {t: term_counts(some, long) for t, some in texts.items()}
        assert labels(counts, texts, long, {})[1].en == name


def test_the_abbreviation_of_a_term_is_no_name_beside_it() -> None:
    texts = [f"GNN {i}\n\nGNN and graph neural networks" for i in range(6)]
    assert found(texts, [f"Else {i}\n\n" for i in range(60)]) == []


def test_what_is_left_of_a_topic_stands_beside_what_another_is_named_by() -> None:
    texts = {
        1: ["Object detection\n\nobject detection"] * 20,
        2: ["Object detection\n\nobject detection"] * 19 + ["Part\n\nstride"],
        **{topic: ["Transformers\n\ntransformer"] * 20 for topic in range(3, 9)},
    }
    named = labels({t: term_counts(some, TERMS) for t, some in texts.items()}, texts, TERMS, {})
    assert {named[1].en, named[2].en} == {"Object detection", "Object detection and stride"}


def test_what_few_posts_name_is_no_topics_name() -> None:
    rare = [f"{'LeNet' if i < 2 else 'Part'}\n\n{'LeNet, LeNet' * (i < 2)} stride" for i in range(20)]
    texts = {1: rare, **{t: ["Transformers\n\ntransformer"] * 20 for t in range(2, 9)}}
    named = labels({t: term_counts(some, TERMS) for t, some in texts.items()}, texts, TERMS, {})
    assert named[1].en.startswith("Stride")
