// A photograph on which boxes are drawn, moved and resized with the mouse or the keyboard.
const STEP = 0.01;
const LEAST = 0.01; // shortest side of a box, share of the picture
const clamp = (v, lo, hi) => Math.min(hi, Math.max(lo, v));
const round = (v) => Math.round(v * 1000) / 1000;
const node = (tag, className, text) => {
  const el = document.createElement(tag);
  if (className) el.className = className;
  if (text !== undefined) el.textContent = text;
  return el;
};

function render({ model, el }) {
  const root = node("div", "box-pad");
  root.setAttribute("data-lm-suppress-shortcuts", "true"); // keys here are ours, not JupyterLab's
  const stage = node("div", "box-pad-stage");
  stage.tabIndex = 0;
  stage.setAttribute("role", "application");
  stage.setAttribute("aria-roledescription", "photograph to draw boxes on");
  const image = node("img");
  image.draggable = false;
  const layer = node("div", "box-pad-layer");
  stage.append(image, layer);
  const bar = node("div", "box-pad-bar");
  const add = node("button", "jupyter-button", "New object");
  const remove = node("button", "jupyter-button", "Delete object");
  const label = node("label", "", "Class ");
  const classes = node("select");
  label.append(classes);
  const help = node(
    "div", "box-pad-help",
    "Mouse: drag on the photograph to draw, drag a box to move it, drag its corner to resize it. " +
    "Keyboard: Tab to the photograph; arrows move, Shift+arrows resize, N new, Delete removes, " +
    "comma and full stop choose, C changes the class.");
  const live = node("div", "box-pad-live");
  live.setAttribute("aria-live", "polite");
  bar.append(add, remove, label);
  root.append(bar, stage, help, live);
  el.append(root);

  const boxes = () => model.get("value").map((b) => [...b]);
  const chosen = () => model.get("selected");
  const names = () => model.get("names");
  const describe = () => {
    const list = boxes();
    const i = chosen();
    stage.setAttribute("aria-label", `${model.get("photograph")}, ${list.length} objects` +
      (list[i] ? `; chosen: ${i + 1}, ${names()[list[i][0]]}` : ""));
  };
  const put = (list, i) => {
    model.set("value", list.map((b) => [b[0], ...b.slice(1).map(round)]));
    if (i !== undefined) model.set("selected", clamp(i, 0, Math.max(0, list.length - 1)));
    model.save_changes();
  };
  const say = (text) => { live.textContent = text; };

  const draw = () => {
    layer.textContent = "";
    const [rows, columns] = model.get("grid");
    for (let r = 1; r < rows; r++) {
      const line = node("div", "box-pad-line box-pad-row"); line.style.top = `${100 * r / rows}%`; layer.append(line);
    }
    for (let c = 1; c < columns; c++) {
      const line = node("div", "box-pad-line box-pad-column"); line.style.left = `${100 * c / columns}%`; layer.append(line);
    }
    const list = boxes();
    const marks = model.get("marks");
    const place = (div, x1, y1, x2, y2) => {
      div.style.left = `${100 * x1}%`; div.style.top = `${100 * y1}%`;
      div.style.width = `${100 * (x2 - x1)}%`; div.style.height = `${100 * (y2 - y1)}%`;
    };
    list.forEach(([kind, x1, y1, x2, y2], i) => {
      const now = i === chosen();
      const cx = (x1 + x2) / 2, cy = (y1 + y2) / 2;
      if (now) {
        const c = Math.min(columns - 1, Math.floor(cx * columns)), r = Math.min(rows - 1, Math.floor(cy * rows));
        const cell = node("div", "box-pad-cell");
        place(cell, c / columns, r / rows, (c + 1) / columns, (r + 1) / rows);
        layer.append(cell);
        const anchor = model.get("anchor");
        if (anchor.length) {
          const ghost = node("div", "box-pad-anchor");
          place(ghost, cx - anchor[1] / 2, cy - anchor[0] / 2, cx + anchor[1] / 2, cy + anchor[0] / 2);
          layer.append(ghost);
        }
      }
      const box = node("div", "box-pad-box" + (now ? " box-pad-chosen" : "") + (marks[i] === -1 ? " box-pad-lost" : ""));
      place(box, x1, y1, x2, y2);
      box.dataset.index = i;
      const tag = marks[i] === undefined ? "" : marks[i] < 0 ? " → lost" : ` → anchor ${marks[i] + 1}`;
      box.append(node("span", "box-pad-tag", list.length > 12 && !now ? `${i + 1}` : `${i + 1} ${names()[kind]}${tag}`));
      const dot = node("span", "box-pad-dot");
      box.append(dot);
      if (now) for (const corner of ["nw", "ne", "sw", "se"]) {
        const handle = node("span", `box-pad-handle box-pad-${corner}`); handle.dataset.corner = corner; box.append(handle);
      }
      layer.append(box);
    });
    remove.disabled = !list.length;
    classes.disabled = !list.length;
    if (list[chosen()]) classes.value = String(list[chosen()][0]);
    describe();
  };
  const fill = () => {
    image.src = model.get("photo");
    image.alt = `Photograph: ${model.get("photograph")}`;
    classes.textContent = "";
    names().forEach((name, i) => { const o = node("option", "", name); o.value = i; classes.append(o); });
    draw();
  };

  // mouse, pen and finger
  let drag = null;
  const at = (event) => {
    const r = stage.getBoundingClientRect();
    return [clamp((event.clientX - r.left) / r.width, 0, 1), clamp((event.clientY - r.top) / r.height, 0, 1)];
  };
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    stage.focus({ preventScroll: true });
    stage.setPointerCapture(event.pointerId);
    const [x, y] = at(event);
    const list = boxes();
    const box = event.target.closest(".box-pad-box");
    const corner = event.target.dataset && event.target.dataset.corner;
    if (box) {
      const i = Number(box.dataset.index);
      drag = { kind: corner || "move", i, x, y, start: list[i], moved: false };
      if (i !== chosen()) { model.set("selected", i); model.save_changes(); }
    } else {
      drag = { kind: "draw", i: list.length, x, y, moved: false };
    }
  });
  stage.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [x, y] = at(event);
    if (!drag.moved && Math.hypot(x - drag.x, y - drag.y) < 0.008) return;
    drag.moved = true;
    const list = boxes();
    if (drag.kind === "draw") {
      if (list.length >= 40) return say("At most 40 objects.");
      const kind = Number(classes.value) || 0;
      const box = [kind, Math.min(x, drag.x), Math.min(y, drag.y), Math.max(x, drag.x), Math.max(y, drag.y)];
      box[3] = Math.max(box[3], box[1] + LEAST); box[4] = Math.max(box[4], box[2] + LEAST);
      if (box[3] > 1) { box[1] = 1 - LEAST; box[3] = 1; }
      if (box[4] > 1) { box[2] = 1 - LEAST; box[4] = 1; }
      list[drag.i] = box;
      return put(list, drag.i);
    }
    let [kind, x1, y1, x2, y2] = drag.start;
    if (drag.kind === "move") {
      const dx = clamp(x - drag.x, -x1, 1 - x2), dy = clamp(y - drag.y, -y1, 1 - y2);
      list[drag.i] = [kind, x1 + dx, y1 + dy, x2 + dx, y2 + dy];
    } else {
      if (drag.kind.includes("w")) x1 = Math.min(x, x2 - LEAST); else x2 = Math.max(x, x1 + LEAST);
      if (drag.kind.includes("n")) y1 = Math.min(y, y2 - LEAST); else y2 = Math.max(y, y1 + LEAST);
      list[drag.i] = [kind, x1, y1, x2, y2];
    }
    put(list, drag.i);
  });
  const stop = () => { if (drag && drag.moved) say(stage.getAttribute("aria-label")); drag = null; };
  stage.addEventListener("pointerup", stop);
  stage.addEventListener("pointercancel", stop);

  // keyboard
  const addOne = () => {
    const list = boxes();
    if (list.length >= 40) return say("At most 40 objects.");
    list.push([Number(classes.value) || 0, 0.4, 0.4, 0.6, 0.6]);
    put(list, list.length - 1);
    say(`Object ${list.length} added in the middle.`);
  };
  const removeOne = () => {
    const list = boxes();
    const i = chosen();
    if (!list[i]) return;
    list.splice(i, 1);
    put(list, Math.min(i, list.length - 1));
    say(`Object ${i + 1} removed, ${list.length} left.`);
  };
  stage.addEventListener("keydown", (event) => {
    const list = boxes();
    const i = chosen();
    const key = event.key;
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (arrows[key] && list[i]) {
      const [dx, dy] = arrows[key].map((v) => v * STEP);
      let [kind, x1, y1, x2, y2] = list[i];
      if (event.shiftKey) {
        x2 = clamp(x2 + dx, x1 + LEAST, 1); y2 = clamp(y2 + dy, y1 + LEAST, 1);
      } else {
        const mx = clamp(dx, -x1, 1 - x2), my = clamp(dy, -y1, 1 - y2);
        x1 += mx; x2 += mx; y1 += my; y2 += my;
      }
      list[i] = [kind, x1, y1, x2, y2];
      put(list, i);
    } else if (key === "n" || key === "N") addOne();
    else if (key === "Delete" || key === "Backspace") removeOne();
    else if ((key === "." || key === ",") && list.length) {
      const next = (i + (key === "." ? 1 : list.length - 1)) % list.length;
      model.set("selected", next);
      model.save_changes();
      say(`Object ${next + 1}, ${names()[list[next][0]]}`);
    } else if ((key === "c" || key === "C") && list[i]) {
      list[i][0] = (list[i][0] + 1) % names().length;
      put(list, i);
      say(`Class ${names()[list[i][0]]}`);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  add.addEventListener("click", addOne);
  remove.addEventListener("click", removeOne);
  classes.addEventListener("change", () => {
    const list = boxes();
    if (list[chosen()]) { list[chosen()][0] = Number(classes.value); put(list, chosen()); }
  });

  const redraw = ["value", "selected", "grid", "marks", "anchor"];
  redraw.forEach((name) => model.on(`change:${name}`, draw));
  model.on("change:photo", fill);
  fill();
  return () => { redraw.forEach((name) => model.off(`change:${name}`, draw)); model.off("change:photo", fill); };
}
export default { render };
