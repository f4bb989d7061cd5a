(() => {
  "use strict";
  // A small BM25 over titles, names and quotations: Latin words, and pairs of neighbours of each Chinese run
  const posts = JSON.parse(document.getElementById("posts").textContent);
  const field = document.getElementById("q"), told = document.getElementById("told"), list = document.getElementById("found");
  const CJK = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+/g, WEIGHTS = [4, 2, 1];
  const tokens = (text) => {
    const out = [], low = text.normalize("NFKC").toLowerCase();
    for (const run of low.match(CJK) || []) {
      if (run.length === 1) out.push(run);
      for (let i = 0; i + 1 < run.length; i++) out.push(run.slice(i, i + 2));
    }
    for (const word of low.replace(CJK, " ").match(/[\p{L}\p{N}][\p{L}\p{N}+#]*/gu) || []) out.push(word);
    return out;
  };
  const index = posts.map((p) => {
    const counts = new Map();
    [p.title, p.names, p.quotes.join(" ")].forEach((text, i) =>
      tokens(text).forEach((t) => counts.set(t, (counts.get(t) || 0) + WEIGHTS[i])));
    return counts;
  });
  const terms = new Map();
  index.forEach((counts) => counts.forEach((_, t) => terms.set(t, (terms.get(t) || 0) + 1)));
  const lengths = index.map((counts) => [...counts.values()].reduce((a, b) => a + b, 0));
  const mean = lengths.reduce((a, b) => a + b, 0) / (lengths.length || 1);
  const stem = (t) => (/^[a-z]{4,}$/.test(t) ? t.replace(/(?:ing|ed|es|s)$/, "") : t);
  const variants = (t) => [...terms.keys()].filter((k) => k === t || (t.length > 2 && /^[a-z]/.test(t) && k.startsWith(stem(t))));
  const search = (query) => {
    const wanted = [...new Set(tokens(query))].map(variants);
    const found = posts.map((post, i) => {
      let score = 0, matched = 0;
      for (const forms of wanted) {
        let best = 0;
        for (const t of forms) {
          const n = index[i].get(t) || 0, of = terms.get(t);
          const weight = Math.log(1 + (posts.length - of + 0.5) / (of + 0.5));
          best = Math.max(best, weight * n * 2.2 / (n + 1.2 * (0.25 + 0.75 * lengths[i] / mean)));
        }
        score += best;
        matched += best > 0;
      }
      return { post, score, matched };
    });
    // All the words where a post holds them all, else at least half of them
    const most = Math.max(0, ...found.map((r) => r.matched)), least = Math.max(1, Math.min(most, wanted.length));
    return found.filter((r) => r.matched >= (most === wanted.length ? least : Math.ceil(wanted.length / 2)) && r.matched)
      .sort((a, b) => b.matched - a.matched || b.score - a.score || a.post.rank - b.post.rank);
  };
  const marked = (at, text, query) => {
    const words = [...new Set([...(query.toLowerCase().match(CJK) || []), ...tokens(query).map(stem)])].filter((w) => w.length > 1 || CJK.test(w));
    const safe = words.sort((a, b) => b.length - a.length)
      .map((w) => w.replace(/[.*+?^${}()|[\]\\]/g, "\\$&") + (/^[a-z]{4,}$/.test(w) ? "[a-z]*" : ""));
    let from = 0;
    if (safe.length) for (const m of text.matchAll(new RegExp(safe.join("|"), "giu"))) {
      if (/[a-z0-9]/i.test(m[0][0]) && /[a-z0-9]/i.test(text[m.index - 1] || "")) continue;
      at.append(text.slice(from, m.index));
      const mark = document.createElement("mark");
      mark.textContent = m[0];
      at.append(mark);
      from = m.index + m[0].length;
    }
    at.append(text.slice(from));
    return at;
  };
  const make = (name, parent, kind) => {
    const e = document.createElement(name);
    if (kind) e.className = kind;
    parent.append(e);
    return e;
  };
  const show = () => {
    const query = field.value.trim(), hits = query ? search(query) : [];
    told.textContent = !query ? "" : hits.length ? told.dataset.found.replace("{n}", hits.length) : told.dataset.nothing;
    list.replaceChildren();
    for (const { post } of hits.slice(0, 50)) {
      const item = make("li", list), head = make("a", item);
      head.href = post.page;
      marked(head, post.title, query);
      make("p", item, "facts").textContent = post.names;
      const best = post.quotes.map((q) => [tokens(q).filter((t) => tokens(query).includes(t)).length, q]).sort((a, b) => b[0] - a[0])[0];
      if (best) marked(make("p", item), best[1], query);
    }
  };
  field.value = new URLSearchParams(location.search).get("q") || "";
  field.addEventListener("input", show);
  field.form.addEventListener("submit", (event) => { event.preventDefault(); show(); });
  show();
})();
