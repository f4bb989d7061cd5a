"""What may be quoted by itself and what may not, in both languages."""

from __future__ import annotations

import pytest

from kb.writing.standalone import is_chinese, load_standalone

ALONE = (
    "Gradient descent updates the weights in small steps against the gradient of the loss.",
    "A convolutional network shares its weights over all positions of an image.",
    "The goal of reinforcement learning is to maximise the expected return.",
    "Self-attention computes a weighted mean of the values, with weights from queries and keys.",
    "To avoid overfitting, a model must (1) be small enough and (2) see enough data.",
    "kNN classifiers store the training set and compare every query with it.",
    "Dropout with rate $p$ keeps each unit with probability $1 - p$ during training.",
    "Khatri et al. (2018) proposed a simple approach to label data for toxic content classifiers.",
    "Vocabulary shifting (Gehman et al. 2020) learns a representation of toxicity for every token.",
    "Label smoothing (Szegedy 2016) replaces hard targets with a mixture that includes the uniform distribution.",
    "由于YOLO具有高度泛化能力，因此在碰到意外的输入时不太可能出故障。",
    "卷积神经网络通过局部连接和权值共享来减少参数数量。",
    "批归一化用当前批次的均值和方差对每个通道做标准化。",
    "Transformer 的编码器由多头注意力和前馈网络堆叠而成。",
)
LEANING = (
    "This makes the training of deep networks much faster than before.",
    "It is trained with stochastic gradient descent on four machines.",
    "However, the loss of such a network does not converge in practice.",
    "As we saw above, the gradient vanishes in the lower layers.",
    "The model is trained on images of cats and dogs for ten epochs.",
    "The second approach uses a reward model instead of labels by people.",
    "I trained the network on my laptop for the whole weekend.",
    "Let us look at the gradient of the loss with respect to the weights.",
    "Points (6.) and (7.) relate to the conflict of a prior with the data of a model.",
    "Depending on the task, networks based on such alternate models may learn faster.",
    "Dropping those 9 features has little effect on the accuracy of a random forest.",
    "The diagrams at right show the embeddings of t-SNE for different perplexities.",
    "Yellow boxes are learned layers of the network and circles are pointwise operations.",
    "Much of the work on neural networks and of that work on kernels is decades old.",
    "Can generate queries that return relevant results of a search engine.",
    "Using Keras to predict the churn of customers with a neural network.",
    "Attention weights are shown in Figure 3 for a sentence of ten words.",
    "Vaswani's original paper on attention also describes a learned encoding of positions.",
    "Models that share their weights are cheaper, and that's possible with convolutional layers.",
    "Language models may not seem likely as victims of attacks on privacy.",
    "Blue indicates a loss function that does not give a coefficient of zero.",
    "Because better representations come out of the optimisation of layered models.",
    "The SOTA paper refers to the outgoing edges as attention around the starting node.",
    "Genotype mutation in their experiments is applied by replacing a random edge.",
    "由于这种方法不需要标签，因此可以用大量数据训练模型。",
    "尽可能使用自定义数据微调大语言模型，并在验证集上检查。",
    "Why does batch normalisation help the training of deep networks?",
    "Adam is described in [3] and is the default of many libraries today.",
    "See https://blog.example/adam for details about the Adam optimiser.",
    "Layers are stacked (as in a ResNet, with a skip connection around each.",
    "Attention is all you need:",
    "Batch norm.",
    "算法2详细描述了如何堆叠卷积操作来生成顶点的嵌入。",
    "未来在图注意力网络上有几点可能的改进，比如解决2.2节描述的问题。",
    "虽然速度比以前的检测器更快，但仍然不能做到实时检测。",
    "这使得深层网络的训练变得更快也更稳定。",
    "该方法在多个数据集上取得了最好的结果。",
    "如上图所示，注意力权重集中在少数几个词上。",
    "本文介绍如何用卷积神经网络做图像分类任务。",
    "我们来看看损失函数对权重的梯度是怎样计算的吗？",
    "因此，学习率需要随着训练的进行逐渐衰减。",
    "笔者认为残差连接是深度学习中最重要的发明。",
    "然后把查询向量和键向量做点积再除以根号维度。",
)


@pytest.mark.parametrize("text", ALONE)
def test_a_sentence_that_names_what_it_speaks_of_stands_alone(text: str) -> None:
    assert load_standalone().passes(text)


@pytest.mark.parametrize("text", LEANING)
def test_a_sentence_that_leans_on_another_does_not(text: str) -> None:
    assert not load_standalone().passes(text)


def test_talk_formulas_and_definites_make_a_sentence_rough() -> None:
    rules = load_standalone()
    plain = rules.roughness("Gradient descent updates the weights in small steps against the gradient.")
    assert plain < rules.roughness("You really just update the weights in the direction of the gradient of the loss.")
    assert plain < rules.roughness(
        "Gradient descent updates $\\theta_t$ by $\\eta \\nabla L$ in steps $t$ of size $\\eta$."
    )


def test_what_others_found_does_not_go_on_from_a_sentence_that_does_not_name_them() -> None:
    rules = load_standalone()
    assert rules.follows("They can be trained on sequences of any length.")
    assert not rules.follows("They found that larger encoders achieve a better alignment.")


def test_a_score_without_what_it_was_reached_on_is_rough() -> None:
    rules = load_standalone()
    bare = rules.roughness("The 7B model is at 76.5% accuracy whereas the small model reaches 77.2% accuracy.")
    assert bare - rules.roughness("The 7B model is at 76.5% accuracy on GLUE whereas the small one is at 77.2%.") >= 0.4


def test_chinese_with_many_latin_names_is_chinese() -> None:
    assert is_chinese("GloVe（The Global Vector）是 Pennington 等人于 2014 年提出的模型。")
    assert not is_chinese("The term 卷积 means convolution in Chinese.")
