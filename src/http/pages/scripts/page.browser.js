// On every page: buttons that copy what stands beside them.

document.documentElement.classList.add("scripted");

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  if (!(button instanceof HTMLButtonElement)) return;
  const label = button.querySelector(".spoken");
  const { copy = "", done = "" } = button.dataset;
  try {
    await navigator.clipboard.writeText(copy);
  } catch {
    return;
  }
  const before = label?.textContent ?? "";
  button.classList.add("copied");
  if (label) label.textContent = done;
  setTimeout(() => {
    button.classList.remove("copied");
    if (label) label.textContent = before;
  }, 2000);
});
