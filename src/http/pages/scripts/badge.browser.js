// On the page of a badge: printing, and the word that it has just been claimed.

const claimedHere = sessionStorage.getItem("renown-claimed") === location.pathname;
const claimed = document.querySelector("[data-claimed]");
if (claimedHere && claimed instanceof HTMLElement) {
  claimed.hidden = false;
  sessionStorage.removeItem("renown-claimed");
}

for (const button of document.querySelectorAll("[data-print]")) {
  if (!(button instanceof HTMLElement)) continue;
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
