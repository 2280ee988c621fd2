// What a page does beside htmx: it refreshes only while somebody sees it, keeps the focus, and says what failed.
"use strict";

const content = () => document.getElementById("content");

// What is shown is from the last answer; the server gives none, or none that can be shown.
const sayStale = (isStale) => {
  const stale = document.getElementById("stale");
  stale.textContent = isStale ? stale.dataset.says : "";
};

document.addEventListener("htmx:before:request", (event) => {
  if (document.hidden && event.detail.ctx.sourceElement === content()) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) content().dispatchEvent(new Event("seen"));
});

document.addEventListener("htmx:before:swap", (event) => {
  const isPage = event.detail.ctx.text.includes('id="content"');
  sayStale(!isPage);
  if (!isPage) event.preventDefault();
});

document.addEventListener("htmx:error", () => sayStale(true));

document.addEventListener("htmx:after:swap", () => {
  const said = document.getElementById("said");
  if (said?.textContent && document.activeElement === document.body) said.focus({ preventScroll: true });
});

// The second half of a double click would fall on whatever has moved up to where the answered row was.
document.addEventListener("click", (event) => {
  if (event.detail > 1 && event.target.closest("button")) event.preventDefault();
}, true);
