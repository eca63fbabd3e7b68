/* Reads a barcode off a picture that the phone's camera takes, where the browser can. Without this
   script, or in another browser, the number is typed: nothing else depends on it. */
(async () => {
  "use strict";
  if (!("BarcodeDetector" in window)) return;
  const formats = await window.BarcodeDetector.getSupportedFormats();
  if (!formats.length) return;
  const detector = new window.BarcodeDetector({ formats });
  const wanted = 'input[name^="tracking-"], input[name="order"], input[name="label"]';
  for (const form of document.querySelectorAll("form[data-scan]")) {
    for (const field of form.querySelectorAll(wanted)) equip(form, field);
  }
  function equip(form, field) {
    const picture = document.createElement("input");
    Object.assign(picture, { type: "file", accept: "image/*", hidden: true });
    picture.setAttribute("capture", "environment");
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "plain", textContent: form.dataset.scan });
    button.setAttribute("aria-describedby", field.id);
    const told = document.createElement("p");
    told.setAttribute("role", "status");
    button.addEventListener("click", () => picture.click());
    picture.addEventListener("change", async () => {
      const [file] = picture.files;
      picture.value = "";
      if (!file) return;
      const found = await read(file);
      told.textContent = found ? "" : form.dataset.scanNone;
      if (found) field.value = found;
      field.focus();
    });
    field.after(button, picture, told);
  }
  async function read(file) {
    try {
      const [found] = await detector.detect(await createImageBitmap(file));
      return found ? found.rawValue : "";
    } catch {
      return ""; // no picture, or one the browser cannot read
    }
  }
})();
