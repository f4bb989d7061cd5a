"""Presentation MathML to TeX, for the formulas whose source was not kept."""

from __future__ import annotations

from crawler.read.tree import Element

_SYMBOLS = {
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ϵ": r"\epsilon", "ε": r"\varepsilon",
    "ζ": r"\zeta", "η": r"\eta",
    "θ": r"\theta", "ι": r"\iota", "κ": r"\kappa", "λ": r"\lambda", "μ": r"\mu", "ν": r"\nu", "ξ": r"\xi",
    "π": r"\pi", "ρ": r"\rho",
    "σ": r"\sigma", "τ": r"\tau", "υ": r"\upsilon", "ϕ": r"\phi", "φ": r"\varphi", "χ": r"\chi", "ψ": r"\psi",
    "ω": r"\omega",
    "Γ": r"\Gamma", "Δ": r"\Delta", "Θ": r"\Theta", "Λ": r"\Lambda", "Ξ": r"\Xi", "Π": r"\Pi", "Σ": r"\Sigma",
    "Φ": r"\Phi", "Ψ": r"\Psi",
    "Ω": r"\Omega", "∑": r"\sum", "∏": r"\prod", "∫": r"\int", "∂": r"\partial", "∇": r"\nabla", "∞": r"\infty",
    "≤": r"\le", "≥": r"\ge",
    "≠": r"\ne", "≈": r"\approx", "∼": r"\sim", "∝": r"\propto", "×": r"\times", "⋅": r"\cdot", "·": r"\cdot",
    "±": r"\pm", "→": r"\to",
    "←": r"\leftarrow", "⇒": r"\Rightarrow", "↦": r"\mapsto", "∈": r"\in", "∉": r"\notin", "⊂": r"\subset",
    "⊆": r"\subseteq", "∪": r"\cup",
    "∩": r"\cap", "∀": r"\forall", "∃": r"\exists", "…": r"\dots", "⋯": r"\cdots", "⋮": r"\vdots", "⋱": r"\ddots",
    "∘": r"\circ",
    "⊙": r"\odot", "⊗": r"\otimes", "⊕": r"\oplus", "‖": r"\|", "∥": r"\|", "⟨": r"\langle", "⟩": r"\rangle",
    "−": "-", "′": "'",
    "∣": r"\mid", "ℓ": r"\ell", "ℝ": r"\mathbb{R}", "𝔼": r"\mathbb{E}", "ℕ": r"\mathbb{N}", "ℤ": r"\mathbb{Z}",
    "≜": r"\triangleq", "≡": r"\equiv",
    "⁡": "", "⁢": "", "⁣": ",", "\u00a0": " ", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "#": r"\#",
}  # fmt: skip
_ACCENTS = {
    "^": r"\hat",
    "ˆ": r"\hat",
    "~": r"\tilde",
    "˜": r"\tilde",
    "¯": r"\bar",
    "‾": r"\overline",
    "→": r"\vec",
    "˙": r"\dot",
    "¨": r"\ddot",
}
_FUNCTIONS = frozenset(
    [
        "sin",
        "cos",
        "tan",
        "log",
        "ln",
        "exp",
        "max",
        "min",
        "arg",
        "lim",
        "sup",
        "inf",
        "det",
        "dim",
        "ker",
        "deg",
        "gcd",
        "Pr",
        "sinh",
        "cosh",
        "tanh",
    ]
)
_VARIANTS = {
    "bold": r"\mathbf",
    "double-struck": r"\mathbb",
    "script": r"\mathcal",
    "fraktur": r"\mathfrak",
    "bold-italic": r"\boldsymbol",
    "sans-serif": r"\mathsf",
}


def to_tex(math: Element) -> str:
    """The TeX of a <math> element, as far as its presentation tells it."""
    return " ".join(_row(math).split())


def _row(element: Element) -> str:
    return "".join(_tex(child) for child in element if isinstance(child.tag, str))


def _arguments(element: Element, n: int) -> list[str]:
    found = [_tex(child).strip() for child in element if isinstance(child.tag, str)]
    return [*found, *[""] * n][:n]


def _word(text: str) -> str:
    return "".join(
        f"{_SYMBOLS[c]} " if _SYMBOLS.get(c, "").startswith("\\") else _SYMBOLS.get(c, c) for c in text.strip()
    )


def _script(base: str) -> str:
    return base if len(base) <= 1 or (base.startswith("\\") and base[1:].isalpha()) else f"{{{base}}}"


def _tex(element: Element) -> str:
    tag = element.tag.rsplit("}", 1)[-1].rsplit(":", 1)[-1]
    text = element.text or ""
    if tag in ("mi", "mn", "mo", "ms"):
        if tag in ("mi", "mo") and len(text.strip()) > 1 and text.strip().isalpha():
            return f"\\{text.strip()} " if text.strip() in _FUNCTIONS else f"\\mathrm{{{text.strip()}}}"
        variant = _VARIANTS.get(element.get("mathvariant") or "")
        return f"{variant}{{{_word(text).strip()}}}" if variant and text.strip() else _word(text)
    if tag == "mtext":
        return f"\\text{{{text}}}" if text.strip() else " "
    if tag == "mspace":
        return " "
    if tag == "mfrac":
        top, bottom = _arguments(element, 2)
        return f"\\frac{{{top}}}{{{bottom}}}"
    if tag == "msqrt":
        return f"\\sqrt{{{_row(element).strip()}}}"
    if tag == "mroot":
        base, index = _arguments(element, 2)
        return f"\\sqrt[{index}]{{{base}}}"
    if tag == "msub" or tag == "munder":
        base, below = _arguments(element, 2)
        return f"{_script(base)}_{{{below}}}"
    if tag == "msup":
        base, above = _arguments(element, 2)
        return f"{_script(base)}^{{{above}}}"
    if tag == "mover":
        base, above = _arguments(element, 2)
        return f"{_ACCENTS[above]}{{{base}}}" if above in _ACCENTS else f"{_script(base)}^{{{above}}}"
    if tag in ("msubsup", "munderover"):
        base, below, above = _arguments(element, 3)
        return f"{_script(base)}_{{{below}}}^{{{above}}}"
    if tag == "mfenced":
        inner = (element.get("separators") or ",")[:1].join(_arguments(element, len(element)))
        return f"{element.get('open', '(')}{inner}{element.get('close', ')')}"
    if tag == "mtable":
        rows = [" & ".join(_tex(cell).strip() for cell in row) for row in element if isinstance(row.tag, str)]
        return "\\begin{matrix}" + " \\\\ ".join(rows) + "\\end{matrix}" if rows else ""
    if tag in ("annotation", "annotation-xml", "mphantom"):
        return ""
    return _row(element) if len(element) else _word(text)
