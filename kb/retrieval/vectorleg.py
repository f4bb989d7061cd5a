"""The vector leg: a query's meaning beside that of every passage, and a word where there is nothing to compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.blas import one_thread
from kb.errors import ModelError
from kb.language.words import has_cjk
from kb.retrieval.nearest import Near, Shelf
from kb.store import shelf, vectors

if TYPE_CHECKING:
    from kb.language.gloss import Glosser
    from kb.store.connect import Store
    from kb.types import Embedder, Float32

PASSAGES_PER_S = 30.0  # of MiniLM on two cores; used until this machine has embedded something itself
BYTES_BESIDE = 120  # of a passage's rows in the tables, without the vector's numbers
DIM = 384


@dataclass(slots=True)
class VectorLeg:
    """Keeps the model and the vectors between queries, and sees what is written meanwhile.

    model: the name that its vectors are stored under, where that is known before it is loaded.
    """

    store: Store
    embedder: Callable[[], Embedder] | None
    words: Callable[[], Glosser]
    model: str | None = None
    loaded: Embedder | None = None
    shelf: Shelf | None = None
    _one_thread: Callable[[], AbstractContextManager[object]] = nullcontext
    _last: tuple[str, Float32] | None = field(default=None, repr=False)

    def nearest(
        self, text: str, notes: list[str], keep: Sequence[int] | None = None, wanted: Sequence[int] = ()
    ) -> Near | None:
        """The posts near to what a text means; None where nothing can be compared, and a note says why.

        keep: the only posts that count, ascending ids. wanted: posts whose nearness is needed however far they are.
        """
        if self.embedder is None:
            return None
        if self.model is not None and self.model not in (makers := vectors.makers(self.store.reader)):
            notes.append(no_vectors(self.store, self.model, makers))
            return None
        if self.loaded is None:
            try:
                self.loaded = self.embedder()
            except ModelError as error:
                notes.append(f"only words can be compared: {error}")
                return None
        self._refresh(self.loaded.name, notes)
        assert self.shelf is not None
        if not self.shelf.size:
            notes.append(no_vectors(self.store, self.loaded.name, vectors.makers(self.store.reader)))
            return None
        meant = self._meaning(text, self.loaded)
        with self._one_thread():
            return self.shelf.nearest(meant, keep, wanted)

    def by_lists(self, text: str) -> bool:
        """Whether the text is Chinese, and the model an English one that knows the words of the lists alone."""
        return self.loaded is not None and bool(self.loaded.languages) and has_cjk(text)

    def glosses(self, text: str) -> bool:
        """Whether the text is turned into English for the model."""
        return self.by_lists(text) and self.loaded is not None and "zh" not in self.loaded.languages

    def as_meant(self, text: str) -> str:
        """The text as the model sees it."""
        return self.words().to_english(text) or text if self.glosses(text) else text

    def _meaning(self, text: str, model: Embedder) -> Float32:
        if self._last is None or self._last[0] != text:
            self._last = text, model.encode([self.as_meant(text)], "query")[0]
        return self._last[1]

    def _refresh(self, name: str, notes: list[str]) -> None:
        if self.shelf is None or self.shelf.stamp != vectors.stamp(self.store.reader):
            self._one_thread = one_thread()
            found = shelf.read_vectors(self.store, name)
            self.shelf = Shelf(found)
            if found.note:
                notes.append(found.note)


def no_vectors(store: Store, model: str, makers: dict[str, int]) -> str:
    """Why only words can be compared, the command that mends it, and what that costs."""
    minutes, megabytes = cost(store)
    price = f"about {minutes} min and {megabytes} MB" if minutes > 1 else f"about a minute and {megabytes} MB"
    if not makers:
        return f"no post has vectors yet, so only words can be compared; make them with: kb embed ({price})"
    return (
        f"the vectors are by {', '.join(makers)}, not by {model}, so only words can be compared; "
        f"make them anew with: kb embed ({price})"
    )


def cost(store: Store) -> tuple[int, int]:
    """Minutes and megabytes that vectors for all posts will take, by what embedding cost here before."""
    n_passages = vectors.expected_passages(store.reader)
    rate = vectors.rate(store.reader) or PASSAGES_PER_S
    return max(1, round(n_passages / rate / 60)), max(1, round(n_passages * (4 * DIM + BYTES_BESIDE) * 2 / 1e6))
