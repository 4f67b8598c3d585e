// Whoever uses the keyboard or a screen reader keeps their place: where what they were at has gone
// from the page, the focus goes to what stands there now, else to the heading of the place.

const CONTROLS = ":is(button, a[href], input, select, textarea):not([tabindex='-1'])";

/** Watch `root`, in which everything is drawn. */
export function keepFocus(root) {
  let around = []; // what had the focus last, and all it stood in
  document.addEventListener("focusin", ({ target }) => {
    around = [];
    for (let one = target; one && one !== document.body; one = one.parentElement) around.push(one);
  });
  new MutationObserver(() => {
    if (document.activeElement !== document.body || !around.length || around[0].isConnected) return;
    next(around)?.focus({ preventScroll: true });
  }).observe(root, { childList: true, subtree: true });
}

function next(around) {
  for (const one of around.filter(({ isConnected }) => isConnected)) {
    if (one.matches("main, .page, #page")) break;
    const control = [...one.querySelectorAll(CONTROLS)].find((found) => found.checkVisibility());
    if (control) return control;
  }
  return document.querySelector("main h2[tabindex]");
}
