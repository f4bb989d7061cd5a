"""The language of a text by its prose alone: lang attributes lie, and code is English everywhere."""

from __future__ import annotations

import re

_SCRIPTS = {
    "han": re.compile("[\u3400-\u4dbf\u4e00-\u9fff]"),
    "kana": re.compile("[\u3040-\u30ff]"),
    "hangul": re.compile("[\uac00-\ud7af\u1100-\u11ff\u3130-\u318f]"),
    "cyrillic": re.compile("[\u0400-\u04ff]"),
    "greek": re.compile("[\u0370-\u03ff]"),
    "arabic": re.compile("[\u0600-\u06ff]"),
    "hebrew": re.compile("[\u0590-\u05ff]"),
    "thai": re.compile("[\u0e00-\u0e7f]"),
    "devanagari": re.compile("[\u0900-\u097f]"),
}
_NO_LETTERS = re.compile(r"[\W\d_]+")
_LATIN = re.compile("[\x00-\u036f]+")
# A Han character says as much as three Latin letters; but a Chinese page is full of English, in names, code and
# translations side by side, and the reverse is rare; the more so where the title is Chinese too
_HAN_WEIGHT, _HAN_WEIGHT_TITLED = 8.0, 20.0
_OWN_SCRIPT = {"hebrew": "he", "thai": "th", "greek": "el"}
MAX_CHARS = 20_000
CLASSIFIED = 2_000  # characters put to the classifier, whose time grows with them; 6,000 give the same answers


def language_of(prose: str, given: str | None = None, title: str = "") -> tuple[str | None, float]:
    """ISO 639-1 code and confidence 0 to 1; `given` (an attribute's value) decides only for a few words."""
    text = f"{title}. {prose[:MAX_CHARS]}" if title else prose[:MAX_CHARS]
    weight = (
        _HAN_WEIGHT_TITLED if any(_SCRIPTS[name].search(title) for name in ("han", "kana", "hangul")) else _HAN_WEIGHT
    )
    letters = len(_NO_LETTERS.sub("", text))
    told = (given or "").replace("_", "-").split("-")[0].lower()
    if letters < 20:
        return (told if len(told) == 2 else None), 0.0
    others = _LATIN.sub("", text)
    counts = {name: len(pattern.findall(others)) for name, pattern in _SCRIPTS.items()}
    latin = max(0, letters - sum(counts.values()))
    cjk = counts["han"] + counts["kana"] + counts["hangul"]
    if cjk * weight > latin and cjk >= 10:
        if counts["hangul"] > counts["han"] + counts["kana"] or counts["hangul"] > 0.3 * cjk:
            return "ko", round(counts["hangul"] / cjk, 3)
        if counts["kana"] > 0.08 * cjk:
            return "ja", 1.0
        return "zh", round(weight * cjk / (weight * cjk + latin), 3)
    for name, code in _OWN_SCRIPT.items():
        if counts[name] > 0.5 * letters:
            return code, 1.0
    import py3langid

    # Han in mostly Latin text are terms and names; they only mislead
    sample = " ".join(re.sub("[\u3000-\u9fff\uac00-\ud7af]+", " ", text[: 2 * CLASSIFIED]).split())
    code, _ = py3langid.classify(sample[:CLASSIFIED])
    if code in ("zh", "ja", "ko", "wuu", "yue"):
        code = "en"
    short = letters < 200
    if short and len(told) == 2 and told != code and told in ("en", "de", "fr", "it", "es", "pt", "nl"):
        return told, 0.3
    return (code if len(code) == 2 else told or None), 0.5 if short else 0.95
