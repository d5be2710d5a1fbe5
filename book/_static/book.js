// A folder has no server to ask for the pages that a search found: there it lists them alone.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// The frames of a player are files: fetch them when a reader turns to it, not before.
document.addEventListener("focusin", preload);
document.addEventListener("pointerover", preload);

function preload(event) {
  const player = event.target.closest?.("[data-steps]:not([data-loaded])");
  if (!player) return;
  player.dataset.loaded = "yes";
  const later = player.querySelector('script[type="application/json"]');
  for (const [source] of JSON.parse(later.textContent)) new Image().src = source;
}

// What is wider than the page scrolls sideways inside itself, and the keyboard must reach it.
const BOXES = ".bd-article :is(div.math mjx-container, span.math), .cell_output .text_html";

function reachable() {
  for (const formula of document.querySelectorAll(".bd-article span.math")) {
    const room = formula.parentElement.clientWidth;
    formula.classList.toggle("wide", room > 0 && formula.offsetWidth > room);
  }
  for (const box of document.querySelectorAll(BOXES)) {
    if (box.scrollWidth > box.clientWidth && getComputedStyle(box).overflowX === "auto") {
      box.tabIndex = 0;
    } else {
      box.removeAttribute("tabindex");
    }
  }
}
addEventListener("load", () => new ResizeObserver(reachable).observe(document.body));
