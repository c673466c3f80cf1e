"use strict";
{
  const form = document.querySelector("form");
  const status = document.querySelector("[role=status]");
  const items = [...document.querySelectorAll("[data-text]")];
  const filter = () => {
    const words = form.elements.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rule = form.elements.rule.value;
    const severities = new Set([...form.querySelectorAll("[name=severity]:checked")].map((box) => box.value));
    const found = form.elements.found.checked;
    const shown = { finding: 0, prompt: 0 };
    for (const item of items) {
      const text = item.dataset.text.toLowerCase();
      const rules = item.dataset.rules.split(" ");
      const finding = item.dataset.kind === "finding";
      const fits = words.every((word) => text.includes(word)) && (!rule || rules.includes(rule))
        && (finding ? severities.has(item.dataset.severity) : !found || item.dataset.rules !== "");
      item.hidden = !fits;
      shown[item.dataset.kind] += fits;
    }
    status.textContent = `${shown.finding} findings and ${shown.prompt} prompts shown`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();
  const open = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  addEventListener("hashchange", open);
  open();
}
