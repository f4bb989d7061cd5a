"""Roles of sentences by cue, heading and structure."""

from __future__ import annotations

import pytest

from kb.writing.roles import ENOUGH, load_roles

SAYINGS = (
    ("definition", "A learning-rate schedule is a function that assigns a step size to every step of training."),
    ("definition", "提示注入是一种针对语言模型应用的攻击。"),
    ("background", "In recent years, deep networks have replaced features made by hand."),
    ("background", "Dropout was introduced by Hinton and colleagues in 2012."),
    ("principle", "The key idea of residual learning is to fit the difference to the identity."),
    ("algorithm", "At each step the agent samples an action and updates its estimate."),
    ("environment", "PyTorch is installed with pip install torch on most systems."),
    ("environment", "安装 PyTorch 之前要先确认显卡驱动的版本。"),
    ("testing", "Hyperparameters are chosen on a validation set and never on the test set."),
    ("application", "Object detection is used in autonomous driving and satellite images."),
    ("environment", "Most people train networks with high-level libraries such as Keras."),
    ("environment", "Keras用于实现卷积网络，OpenCV用于对齐图像。"),
    ("implementation", "A normalisation layer is applied before each attention block."),
    ("implementation", "长短期记忆网络包含了三个门结构。"),
    ("definition", "A recurrent network can be thought of as multiple copies of the same network."),
    ("definition", "LSTM networks are a special kind of recurrent network, able to learn long dependencies."),
    ("principle", "Batch normalisation normalises features by subtracting the mean of the batch."),
    ("principle", "The t-SNE algorithm adapts its notion of distance to the density of the data."),
    ("principle", "Momentum helps because it averages the gradients of many steps."),
    ("algorithm", "Self-consistency samples several answers and then takes the majority vote."),
    ("implementation", "The Swin architecture has four stages of two transformer blocks each."),
    ("performance", "Sampling several answers can improve reasoning accuracy."),
    ("testing", "Generated images are commonly evaluated by the distance of their features."),
    ("security", "Language models hallucinate, and retrieval reduces hallucinations."),
    ("outlook", "An important direction for research is a broader coverage of model behaviour."),
    ("background", "Historically, neural networks have done well at pattern recognition."),
    ("application", "The same pipeline can be applied to any domain that has a corpus."),
    ("application", "图卷积网络已经应用到文档分类中。"),
    ("performance", "Mixed-precision training halves the memory usage of activations."),
    ("performance", "键值缓存可以降低推理的计算开销。"),
    ("scalability", "Data parallelism copies the model to all workers and averages gradients."),
    ("scalability", "迁移学习让小数据集也能训练大模型。"),
    ("security", "Adversarial examples add a small perturbation that changes the prediction."),
    ("security", "对抗样本会让分类器以很高的置信度给出错误答案。"),
    ("comparison", "Compared with LSTMs, transformers train faster on long sequences."),
    ("comparison", "与循环网络相比，卷积网络更容易并行。"),
    ("summary", "In summary, small learning rates are safe and slow."),
    ("outlook", "Generalisation out of distribution remains an open problem."),
    ("outlook", "Language models struggle to correct plans after unexpected errors."),
    ("outlook", "循环语言模型仍存在一系列问题，比如训练慢。"),
    ("outlook", "如何让模型自己决定记住什么，仍然是开放问题。"),
)


@pytest.mark.parametrize(("role", "text"), SAYINGS)
def test_a_cue_gives_its_role(role: str, text: str) -> None:
    assert load_roles().of(text, []).get(role, 0.0) >= ENOUGH


def test_a_heading_alone_is_not_enough_and_helps_a_cue() -> None:
    roles, text = load_roles(), "Weights are rounded to eight bits per channel."
    assert 0 < roles.of(text, ["Performance"])["performance"] < ENOUGH
    cue = "Quantization reduces the memory footprint of weights."
    assert roles.of(cue, ["Performance"])["performance"] > roles.of(cue, [])["performance"]


def test_what_only_looks_like_a_cue_gives_no_role() -> None:
    roles = load_roles()
    assert roles.of("The maps show how pressure depends on latitude.", []).get("principle", 0.0) < ENOUGH
    assert roles.of("Understanding networks is a problem that tests the mind.", []).get("definition", 0.0) < ENOUGH
    assert roles.of("一些研究者在时间轴上部署了循环神经网络。", []).get("integration", 0.0) < ENOUGH
    assert roles.of("A framework decouples acting to achieve a high throughput.", []).get("case", 0.0) < ENOUGH
    assert roles.of("Random search is no better than chance here.", []).get("comparison", 0.0) < ENOUGH


def test_a_sure_cue_outweighs_one_that_says_less_surely() -> None:
    found = load_roles().of("Adam adapts the step of every weight, whereas SGD has one for all.", [])
    assert found["comparison"] > found["principle"] >= ENOUGH


def test_the_nearest_heading_counts_most() -> None:
    roles, text = load_roles(), "Weights are rounded to eight bits."
    near, far = roles.of(text, ["Notes", "Security"]), roles.of(text, ["Security", "Notes"])
    assert near["security"] > far["security"] > roles.of(text, ["Notes"]).get("security", 0.0)
