/* The key "/" goes to the search box while nothing is being typed. Without this script the box is
   reached by Tab or by its access key. Who speaks to the device, or hits keys by accident, switches
   the key off at "Your account"; the browser keeps that. */
(() => {
  "use strict";
  const typing = "input, textarea, select, [contenteditable]";
  const name = "slash-key";
  const box = document.getElementById("q");
  if (!box) return;
  let isOn = false;
  const read = () => {
    try {
      isOn = localStorage.getItem(name) !== "off";
    } catch {
      isOn = false; // what cannot be switched off is not on
    }
    if (isOn) box.setAttribute("aria-keyshortcuts", "/");
    else box.removeAttribute("aria-keyshortcuts");
  };
  read();
  document.addEventListener("keydown", (event) => {
    if (!isOn || event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.defaultPrevented || event.isComposing) return;
    if (event.target instanceof Element && event.target.closest(typing)) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
  const row = document.querySelector("[data-keys]");
  const choice = row && row.querySelector("input");
  const show = () => {
    read();
    if (choice) choice.checked = isOn;
  };
  window.addEventListener("storage", show); // it was changed in another tab
  window.addEventListener("pageshow", show); // or before one came back to this page
  if (!choice) return;
  try {
    localStorage.getItem(name);
  } catch {
    return;
  }
  show();
  row.hidden = false;
  choice.addEventListener("change", () => {
    try {
      localStorage.setItem(name, choice.checked ? "on" : "off");
    } finally {
      show();
    }
  });
})();
