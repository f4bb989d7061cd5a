"""Mine kb/data/lexicon.tsv, the Chinese-to-English lexicon behind kb/language/gloss.py, from parallel text.

    python benchmarks/mine_lexicon.py PARALLEL.jsonl[.xz] [--out kb/data/lexicon.tsv]

PARALLEL holds one JSON object a line with `zh` and `en`: a sentence and its translation. The steps are those of
phrase-based translation (Koehn, Och and Marcu 2003): words by jieba on the Chinese side, IBM model 1 (Brown et al.
1993) trained in both directions, phrase pairs that are consistent with the two alignments, and of every Chinese
phrase the English one it is translated by most. Only word and phrase pairs are written, never a sentence;
kb/data/lexicon_sources.tsv says which texts were counted and under which licences. Needs numpy and jieba; about
three minutes and 3 GB on 150,000 sentences.
"""

import argparse
import json
import lzma
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import jieba
import numpy as np

LONGEST_ZH, LONGEST_EN = 5, 6  # words in a phrase
MAX_CHARS = 120  # of a Chinese sentence: model 1 blurs over longer ones
LEAST_USES, LEAST_SHARE = 2, 0.25  # a phrase pair's count, and its share of the Chinese phrase's occurrences
# Entries of nine characters and more, and those of five and more that were seen only twice, are mostly pieces of
# sentences: without them the file is 1.1 instead of 2.7 MB, and retrieval across the languages the same to .0005.
LONGEST_CHARS, LONGEST_RARE_CHARS = 8, 4
LEAST_USES_OF_ONE = 5  # of a single character: under that, most are pieces of names
LEAST_WORD_P = 0.12  # p(english | chinese) under which a single word has no translation worth having

CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
CJK_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
WORD = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[a-z][a-z0-9]*", re.I)
# English words that translate no Chinese word of their own; they stay inside phrases ("chain of thought")
STOP_TEXT = """
    a an the of to in on at by for from with and or but as is are was were be been being it its this that these
    those there here which who whom whose what we you he she they them his her our your their my i me us if then
    than so such not no do does did done has have had having will would shall should can could may might must into
    onto over under about also each any all some more most other only just very too s t d ll ve re don doesn isn
    let lets via per when where while during how both between within without through up out off own same e g eg
    ie etc"""
STOP = frozenset(STOP_TEXT.split())
# Chinese words that carry grammar only: glossed by nothing
EMPTY_ZH = """
    的 了 是 在 地 得 着 过 和 与 及 或 而 也 都 就 还 又 很 吧 呢 吗 啊 呀 把 被 将 对 对于 由 于 从 到 以 之
    其 所 这 那 这个 那个 这些 那些 这里 那里 一个 一种 一些 我 你 您 他 她 它 我们 你们 您们 他们 她们 它们
    自己 有 没有 会 能 可以 要 让 使 给 向 往 为 为了 因为 所以 因此 但 但是 然而 不过 如果 那么 则 并 并且 而且
    以及 等 等等 即 如 例如 比如 当 时 中 上 下 里 后 前 内 外 间 个 种 些 只 只是 已 已经 正在 可 可能 应 应该
    应当 需 需要 必须 来 去 说 请 该 此 本 各 每 某 另 之间 之一 也是 就是 都是 还是 不是 关于 通过 根据 按照
    由于 同时 此外 另外 以下 以上 其中 其他 其它 什么 怎么 怎样 一 这样 那样 这么"""
FUNCTION_WORDS = frozenset(EMPTY_ZH.split())


def sentences(path: Path) -> Iterator[tuple[str, str]]:
    """The (Chinese, English) sentence pairs of a file, each pair once, short enough to align."""
    seen: set[str] = set()
    with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            zh, en = row["zh"], row["en"]
            if zh not in seen and CJK.search(zh) and len(zh) <= MAX_CHARS and len(en) <= 5 * MAX_CHARS:
                seen.add(zh)
                yield zh, en


def chinese_words(text: str) -> list[str]:
    """jieba's words and the Latin words, lower case; "" marks punctuation, which no phrase may cross."""
    return [word.lower() if WORD.fullmatch(word) else "" for word in jieba.cut(text) if not word.isspace()]


def english_words(text: str) -> list[str]:
    """Lower-case words, stop words among them; "" marks punctuation. A hyphen parts words: "pre-trained" is two."""
    found = re.findall(r"[a-z][a-z0-9]*|[^\sa-z0-9'’_-]", text.lower())
    return [word if word[0].isalpha() and word.isascii() else "" for word in found]


def stem(word: str) -> str:
    """A key under which singular and plural count as one."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word[-1] == "s" and word[-2] not in "sui" else word


class Vocabulary(dict[str, int]):
    """Numbers words as they come; 0 is NULL, the word that explains what nothing else does."""

    def __init__(self) -> None:
        super().__init__({"": 0})

    def __missing__(self, word: str) -> int:
        self[word] = len(self)
        return self[word]


def content(words: list[str], *, empty: frozenset[str]) -> list[int]:
    """Positions of the words that can be aligned."""
    return [i for i, word in enumerate(words) if word and word not in empty]


def model1(sources: list[np.ndarray], targets: list[np.ndarray], n_targets: int, rounds: int = 6) -> dict[int, float]:
    """p(target | source) by expectation maximisation, keyed source * n_targets + target; source 0 is NULL."""
    sizes_s = np.array([len(s) + 1 for s in sources])
    sizes_t = np.array([len(t) for t in targets])
    with_null = [np.concatenate(([0], s)) for s in sources]
    source = np.concatenate([np.repeat(s, n) for s, n in zip(with_null, sizes_t, strict=True)])
    target = np.concatenate([np.tile(t, n) for t, n in zip(targets, sizes_s, strict=True)])
    starts = np.concatenate(([0], np.cumsum(sizes_t)[:-1]))
    group = np.concatenate(
        [np.tile(np.arange(b, b + n, dtype=np.int32), m) for b, n, m in zip(starts, sizes_t, sizes_s, strict=True)]
    )
    keys, pair = np.unique(source.astype(np.int64) * n_targets + target, return_inverse=True)
    pair = pair.astype(np.int32)
    del source, target
    of_source = keys // n_targets
    p = np.full(len(keys), 1.0)
    for _ in range(rounds):
        weight = p[pair]
        weight /= np.bincount(group, weight)[group]
        count = np.bincount(pair, weight, minlength=len(keys))
        p = count / np.bincount(of_source, count)[of_source]
    keep = p > 1e-4
    return dict(zip(keys[keep].tolist(), p[keep].tolist(), strict=True))


def links(
    zh: np.ndarray, en: np.ndarray, forth: dict[int, float], back: dict[int, float], n: tuple[int, int]
) -> np.ndarray:
    """Which Chinese word (row) means which English word (column): the two directions' agreement, grown by their
    disagreements next to it (Och and Ney's grow-diag)."""
    n_zh, n_en = n
    p = np.array([[forth.get(z * n_en + e, 0.0) for e in en] for z in zh])
    q = np.array([[back.get(e * n_zh + z, 0.0) for e in en] for z in zh])
    a, b = np.zeros(p.shape, bool), np.zeros(p.shape, bool)
    best_z, best_e = p.argmax(0), q.argmax(1)
    columns, rows = np.arange(len(en)), np.arange(len(zh))
    a[best_z, columns] = p[best_z, columns] > np.array([forth.get(int(e), 0.0) for e in en])
    b[rows, best_e] = q[rows, best_e] > np.array([back.get(int(z), 0.0) for z in zh])
    linked: np.ndarray = np.logical_and(a, b)
    either: np.ndarray = np.logical_or(a, b)
    while True:
        padded = np.pad(linked, 1)
        near = np.zeros_like(linked)
        for i in range(3):
            for j in range(3):
                near |= padded[i : i + linked.shape[0], j : j + linked.shape[1]]
        free = ~linked.any(axis=1, keepdims=True) | ~linked.any(axis=0, keepdims=True)
        grown = linked | (either & near & free)
        if (grown == linked).all():
            return linked
        linked = grown


def phrases(
    zh: list[str], en: list[str], at_zh: list[int], at_en: list[int], linked: np.ndarray
) -> Iterator[tuple[str, str]]:
    """Phrase pairs none of whose words is linked to a word outside, tight at both ends, within punctuation."""
    reach = [np.flatnonzero(row) for row in linked]
    for i in range(len(at_zh)):
        low, high = len(at_en), -1
        for j in range(i, len(at_zh)):
            first, last = at_zh[i], at_zh[j]
            if last - first >= LONGEST_ZH or "" in zh[first : last + 1]:
                break
            if len(reach[j]):
                low, high = min(low, int(reach[j][0])), max(high, int(reach[j][-1]))
            if not len(reach[i]) or not len(reach[j]) or high - low >= LONGEST_EN:
                continue
            inside = linked[:, low : high + 1]
            english = en[at_en[low] : at_en[high] + 1]
            if inside[:i].any() or inside[j + 1 :].any() or "" in english or len(english) > LONGEST_EN:
                continue
            yield "".join(zh[first : last + 1]), " ".join(english)


def mine(pairs: list[tuple[str, str]]) -> dict[str, tuple[str, int]]:
    """Chinese word or phrase -> (English, how often so translated)."""
    words_zh, words_en = Vocabulary(), Vocabulary()
    rows = []
    for zh_text, en_text in pairs:
        zh, en = chinese_words(zh_text), english_words(en_text)
        at_zh, at_en = content(zh, empty=FUNCTION_WORDS), content(en, empty=STOP)
        if at_zh and at_en and max(len(at_zh), len(at_en)) < 60:
            ids_zh = np.array([words_zh[zh[i]] for i in at_zh])
            ids_en = np.array([words_en[stem(en[i])] for i in at_en])
            rows.append((zh, en, at_zh, at_en, ids_zh, ids_en))
    n = len(words_zh), len(words_en)
    all_zh, all_en = [row[4] for row in rows], [row[5] for row in rows]
    forth, back = model1(all_zh, all_en, n[1]), model1(all_en, all_zh, n[0])

    found: dict[str, Counter[str]] = defaultdict(Counter)
    surface: dict[str, Counter[str]] = defaultdict(Counter)
    for zh, en, at_zh, at_en, ids_zh, ids_en in rows:
        for chinese, english in phrases(zh, en, at_zh, at_en, links(ids_zh, ids_en, forth, back, n)):
            if CJK_RUN.fullmatch(chinese):
                key = " ".join(map(stem, english.split()))
                found[chinese][key] += 1
                surface[key][english] += 1
    uses = Counter(
        phrase
        for zh, *_ in rows
        for i in range(len(zh))
        for phrase in {"".join(zh[i:j]) for j in range(i + 1, i + 1 + LONGEST_ZH) if j <= len(zh) and "" not in zh[i:j]}
        if phrase in found
    )
    lexicon: dict[str, tuple[str, int]] = {}
    for chinese, counts in found.items():
        key, count = counts.most_common(1)[0]
        share = LEAST_WORD_P if chinese in words_zh else LEAST_SHARE
        if count >= LEAST_USES and count >= share * uses[chinese]:
            lexicon[chinese] = surface[key].most_common(1)[0][0], count
    return lexicon


def needless(chinese: str, english: str, lexicon: dict[str, tuple[str, int]]) -> bool:
    """Whether two shorter entries, side by side, already say the same."""
    said = sorted(english.split())
    cuts = ((lexicon.get(chinese[:i]), lexicon.get(chinese[i:])) for i in range(1, len(chinese)))
    return any(left and right and sorted(f"{left[0]} {right[0]}".split()) == said for left, right in cuts)


def worth_keeping(chinese: str, english: str, count: int, lexicon: dict[str, tuple[str, int]]) -> bool:
    """Whether an entry earns its place in a file of a megabyte."""
    rare = (len(chinese) == 1 and count < LEAST_USES_OF_ONE) or (len(chinese) > LONGEST_RARE_CHARS and count < 3)
    if rare or len(chinese) > LONGEST_CHARS:
        return False
    return not needless(chinese, english, lexicon)


def main() -> None:
    """Read the parallel text, write the lexicon."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parallel", type=Path)
    parser.add_argument("--out", type=Path, default=Path("kb/data/lexicon.tsv"))
    arguments = parser.parse_args()
    lexicon = mine(list(sentences(arguments.parallel)))
    rows = [(zh, en, n) for zh, (en, n) in lexicon.items() if worth_keeping(zh, en, n, lexicon)]
    rows += [(zh, "", 0) for zh in FUNCTION_WORDS - set(lexicon)]
    with arguments.out.open("w", encoding="utf-8", newline="\n") as out:
        out.write("zh\ten\tcount\n")
        out.writelines(f"{zh}\t{en}\t{n}\n" for zh, en, n in sorted(rows))
    print(f"{len(rows)} entries, {arguments.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
