"""How the default model's tokens of Chinese texts are cut: rows for known words, English or characters for others."""

import numpy as np
import pytest

from kb.embedders import weights
from kb.embedders.chinese import ENGLISH, FIRST, LAST, Tokens, load_rows, version
from kb.embedders.minilm import tokens_of
from kb.language.gloss import Glosser


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    return tokens_of(weights.folder())


def test_an_english_text_has_the_tokens_that_it_always_had(tokens: Tokens) -> None:
    from tokenizers import Tokenizer

    plain = Tokenizer.from_file(str(weights.folder() / "tokenizer.json"))
    plain.no_truncation()
    plain.no_padding()
    text = "Why “Adam” — with β₂ = 0.999 — diverges… “naïve”, e-mail; torch.nn.Linear"
    assert tokens.ids([text]) == [plain.encode(text, add_special_tokens=False).ids]


def test_a_chinese_word_is_one_token_and_latin_ones_stay(tokens: Tokens) -> None:
    mixed, latin = tokens.ids(["用PyTorch训练模型", "PyTorch"])
    assert [i for i in mixed if i < ENGLISH] == latin
    assert len([i for i in mixed if i >= ENGLISH]) == 3
    assert tokens.ids(["學習率"]) == tokens.ids(["学习率"])


def test_a_word_without_a_row_has_the_tokens_of_its_english(tokens: Tokens) -> None:
    name = next(n for term in tokens._glosser.terms() if (n := term.zh) and n not in tokens._words and len(n) > 3)
    english = next(term.en for term in tokens._glosser.terms() if term.zh == name)
    assert tokens.ids([name]) == tokens.ids([english])


def test_what_nothing_knows_has_no_token_and_no_text_raises(tokens: Tokens) -> None:
    assert tokens.ids(["魑魅", "", "\ud800 学", "のは", "한국어"])[:2] == [[], []]
    assert tokens.framed(["模型 " * 400], 256)[0][::255] == [FIRST, LAST]


def test_every_word_has_a_row_of_the_size_of_the_models_own(tokens: Tokens) -> None:
    rows = load_rows()
    assert rows.shape == (len(tokens._words), 384) and np.isfinite(rows).all()
    assert 0.5 < np.linalg.norm(rows, axis=1).mean() < 5
    assert version(tokens).startswith("zh-")


def test_the_version_changes_with_a_chinese_name_and_not_with_an_english_one(
    tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    was, lists = version(tokens), tokens._glosser
    for before, after, same in (("|evals|", "|evals|assessment|", True), (",评估,", ",估值,", False)):
        assert before in lists.glossary
        changed = Glosser(lists.glossary.replace(before, after), lists.lexicon, lists.characters)
        monkeypatch.setattr(tokens, "_glosser", changed)
        assert (version(tokens) == was) is same
