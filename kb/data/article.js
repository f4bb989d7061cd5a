(() => {
  "use strict";
  const $ = (q, at = document) => [...at.querySelectorAll(q)];
  // The map: say the title of the dot that is looked at, light up its topic, and let one topic be chosen
  const map = document.getElementById("map"), said = document.getElementById("said");
  if (map && said) {
    const show = (t) => {
      map.classList.toggle("chosen", !!t);
      $("[data-t]", map).forEach((e) => e.classList.toggle("on", e.dataset.t === t));
    };
    const pick = document.getElementById("pick");
    const back = () => show(pick ? pick.value : "");
    const look = (event) => {
      const dot = event.target.closest("a[data-t]");
      if (dot) { said.textContent = dot.getAttribute("aria-label"); show(dot.dataset.t); }
    };
    $("title", map).forEach((e) => e.remove());  // the line below says it at once
    map.addEventListener("pointerover", look);
    map.addEventListener("focusin", look);
    map.addEventListener("pointerleave", back);
    map.addEventListener("focusout", back);
    if (pick) { pick.addEventListener("change", back); pick.closest("p").hidden = false; }
  }
  // The list: only the entries that hold every word
  const field = document.getElementById("filter"), told = document.getElementById("told");
  if (field && told) {
    field.closest("p").hidden = false;
    const entries = $(".entry"), words = entries.map((e) => e.textContent.toLowerCase());
    field.addEventListener("input", () => {
      const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let n = 0;
      entries.forEach((e, i) => { e.hidden = !wanted.every((w) => words[i].includes(w)); n += !e.hidden; });
      $(".topic").forEach((s) => { s.hidden = !s.querySelector(".entry:not([hidden])"); });
      told.textContent = wanted.length ? told.dataset.words.replace("{n}", n) : "";
    });
  }
  // On paper nothing is folded
  let folded = [];
  addEventListener("beforeprint", () => { folded = $("details:not([open])"); folded.forEach((d) => { d.open = true; }); });
  addEventListener("afterprint", () => folded.forEach((d) => { d.open = false; }));
})();
