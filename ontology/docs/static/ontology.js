// The language switch and the search (TERMS is in terms.js); the pages can be read without either.
const root = document.documentElement;
const known = ["zh", "en"];

function show(language) {
  root.dataset.language = language;
  root.lang = language;
  try { localStorage.setItem("language", language); } catch { /* private windows have no storage */ }
}

let first = new URLSearchParams(location.search).get("lang");
try { first ||= localStorage.getItem("language"); } catch { /* as above */ }
first ||= navigator.language.slice(0, 2);
show(known.includes(first) ? first : "en");
document.getElementById("language").addEventListener("click", () => show(root.dataset.language === "zh" ? "en" : "zh"));

const search = document.getElementById("search");
const found = document.getElementById("found");
const address = (name) => document.body.dataset.link.replace("@", encodeURIComponent(name));

function rank(term, wanted) {
  const texts = [term.name, ...term.words].map((text) => text.toLowerCase());
  if (texts.includes(wanted)) return 3;
  if (texts.some((text) => text.startsWith(wanted))) return 2;
  return texts.some((text) => text.includes(wanted)) ? 1 : 0;
}

search.addEventListener("input", () => {
  const wanted = search.value.trim().toLowerCase();
  const ranked = wanted ? TERMS.map((term) => [rank(term, wanted), term]).filter(([score]) => score) : [];
  ranked.sort((one, other) => other[0] - one[0] || one[1].name.length - other[1].name.length);
  found.replaceChildren(...ranked.slice(0, 20).map(([, term]) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = address(term.name);
    link.textContent = `${term.labels[root.dataset.language] ?? term.name} · ${term.name}`;
    item.append(link);
    return item;
  }));
  found.hidden = ranked.length === 0;
});

search.addEventListener("keydown", (event) => {
  const link = found.querySelector("a");
  if (event.key === "Enter" && link) location.href = link.href;
  if (event.key === "ArrowDown" && link) link.focus();
  if (event.key === "Escape") found.hidden = true;
});

// The IRI of a term ends in #Name: the address of the ontology leads to the term's page.
const name = decodeURIComponent(location.hash.slice(1));
if (name && TERMS.some((term) => term.name === name)) location.replace(address(name));
