"""What the gate takes for a quotation of a post."""

from __future__ import annotations

from kb.types import StoredPost
from kb.writing.gate import Gate
from tests.articles import COUNTS, charted

TEXT = "Attention is cheap to learn. 注意力很便宜。Preattention is not. Cheap to learn from attentional data."
POST = StoredPost(1, "https://b.example/1", "Attention", (), None, "en", "https://b.example/", 1, "B", 200)


def test_a_quotation_stands_where_it_is_no_part_of_a_longer_word() -> None:
    gate = Gate([charted(POST, 1, None)], lambda _: (TEXT,), COUNTS)
    assert gate.stands(1, "Attention is cheap to learn.", "sentence") is None
    assert gate.stands(1, "attention is not.", "sentence") == "not to be found in post 1"
    assert gate.stands(1, "to learn from attention", "sentence") == "not to be found in post 1"
    assert gate.stands(1, "cheap to learn. 注意力很便宜。", "sentence") == "not the whole of what post 1 says there"
    assert gate.stands(1, "ttention is cheap to learn.", "sentence") == "not to be found in post 1"
