// Describes the picture below the controls, and names the handles of the sliders.
function nameControls(panel) {
  for (const handle of panel.querySelectorAll(".noUi-handle")) {
    const box = handle.closest(".widget-inline-hbox, .widget-inline-vbox");
    const label = box && box.querySelector(".widget-label");
    const readout = box && box.querySelector(".widget-readout");
    if (label && handle.getAttribute("aria-label") !== label.textContent) {
      handle.setAttribute("aria-label", label.textContent);
    }
    if (readout && handle.getAttribute("aria-valuetext") !== readout.textContent) {
      handle.setAttribute("aria-valuetext", readout.textContent);
    }
    if (readout && !readout.getAttribute("aria-label") && label) {
      readout.setAttribute("role", "textbox");
      readout.setAttribute("aria-label", label.textContent + ", type a value");
      readout.setAttribute("tabindex", "0");
    }
  }
}

function render({ model, el }) {
  el.classList.add("explorer-companion");
  let panel = null;
  let area = null;
  let observer = null;
  let cut = false; // after the page is loaded again, new pictures no longer reach the old output
  let seen = null;
  let address = null;
  const picture = () => {
    // the picture is the first image in an output after the one that holds the controls
    const own = el.closest(".jp-OutputArea-child");
    for (let next = own && own.nextElementSibling; next; next = next.nextElementSibling) {
      const image = next.querySelector(".jp-RenderedImage img");
      if (image) return image;
    }
    return null;
  };
  const describe = () => {
    const image = area && picture();
    if (!image) return;
    if (image.alt !== model.get("alt")) image.alt = model.get("alt");
    image.classList.add("explorer-picture");
  };
  const follow = () => {
    const image = picture();
    if (!image) return;
    const fetch = () => model.send({ want: model.get("version") });
    if (cut) return fetch();
    const version = model.get("version");
    const before = seen;
    setTimeout(() => {
      const now = picture();
      if (now && now.src === before && version === model.get("version")) { cut = true; fetch(); }
      seen = now && now.src;
    }, 400);
  };
  const receive = (content, buffers) => {
    const image = picture();
    if (!cut || content.kind !== "picture" || !image) return;
    if (address) URL.revokeObjectURL(address);
    address = URL.createObjectURL(new Blob([buffers[0]], { type: "image/png" }));
    image.src = address;
  };
  const attach = () => {
    panel = el.closest(".explorer-panel");
    area = el.closest(".jp-OutputArea");
    if (!panel) return void setTimeout(attach, 50);
    panel.setAttribute("role", "group");
    panel.setAttribute("aria-label", model.get("title"));
    observer = new MutationObserver(() => { nameControls(panel); describe(); });
    observer.observe(area || panel, { childList: true, subtree: true, characterData: true });
    nameControls(panel);
    describe();
    const image = picture();
    seen = image && image.src;
  };
  model.on("change:alt", describe);
  model.on("change:version", follow);
  model.on("msg:custom", receive);
  setTimeout(attach, 0);
  return () => { 
    model.off("change:alt", describe);
    model.off("change:version", follow);
    model.off("msg:custom", receive);
    if (address) URL.revokeObjectURL(address);
    if (observer) observer.disconnect();
  };
}
export default { render };
