// A square field in which a digit is drawn with the mouse, a finger or the keyboard.
const SIDE = 224; // pixels of the canvas
const STEP = 1 / 28; // one key press, one pixel of the network's picture
const LEAST = 0.008; // points closer together than this are left out
const MOST_STROKES = 30;
const MOST_POINTS = 400; // in one stroke
const SEND_EVERY = 90; // ms between two messages while the hand moves
const clamp = (v) => Math.min(1, Math.max(0, v));
const round = (v) => Math.round(v * 1000) / 1000;
const node = (tag, className, text) => {
  const el = document.createElement(tag);
  if (className) el.className = className;
  if (text !== undefined) el.textContent = text;
  return el;
};

function render({ model, el }) {
  const root = node("div", "digit-pad");
  root.setAttribute("data-lm-suppress-shortcuts", "true"); // keys here are ours, not JupyterLab's
  const canvas = node("canvas");
  canvas.width = canvas.height = SIDE;
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-roledescription", "field to draw a digit in");
  const side = node("div", "digit-pad-side");
  const bar = node("div", "digit-pad-bar");
  const back = node("button", "jupyter-button", "Remove last stroke");
  const clear = node("button", "jupyter-button", "Clear");
  bar.append(back, clear);
  const help = node(
    "div", "digit-pad-help",
    "Mouse or finger: draw in the field. Keyboard: Tab to the field; arrows move the cross, Space lowers and " +
    "lifts the pen, Backspace removes the last stroke, Delete clears.");
  const pen = node("div", "digit-pad-pen");
  const live = node("div", "digit-pad-live");
  live.setAttribute("aria-live", "polite");
  side.append(bar, help, pen, live);
  root.append(canvas, side);
  el.append(root);

  const ink = canvas.getContext("2d");
  let strokes = model.get("value").map((s) => s.map((p) => [...p]));
  let drawing = false; // a pointer is down
  let down = false; // the keyboard's pen
  let cursor = [0.5, 0.2];
  let focused = false;
  let sent = 0;
  let timer = null;
  const say = (text) => { live.textContent = text; };

  const draw = () => {
    ink.fillStyle = "#fff";
    ink.fillRect(0, 0, SIDE, SIDE);
    ink.strokeStyle = "#e4e4e4";
    ink.lineWidth = 1;
    for (let i = 1; i < 28; i++) {
      const at = Math.round(i * SIDE / 28) + 0.5;
      ink.beginPath(); ink.moveTo(at, 0); ink.lineTo(at, SIDE); ink.moveTo(0, at); ink.lineTo(SIDE, at); ink.stroke();
    }
    ink.strokeStyle = ink.fillStyle = "#222";
    ink.lineWidth = 2.6 * SIDE / 28;
    ink.lineCap = ink.lineJoin = "round";
    for (const stroke of strokes) {
      ink.beginPath();
      stroke.forEach(([x, y], i) => (i ? ink.lineTo(x * SIDE, y * SIDE) : ink.moveTo(x * SIDE, y * SIDE)));
      if (stroke.length === 1) ink.lineTo(stroke[0][0] * SIDE + 0.01, stroke[0][1] * SIDE);
      ink.stroke();
    }
    if (focused) {
      const [x, y] = [cursor[0] * SIDE, cursor[1] * SIDE];
      ink.strokeStyle = down ? "#D55E00" : "#0072B2";
      ink.lineWidth = 2;
      ink.beginPath(); ink.moveTo(x - 9, y); ink.lineTo(x + 9, y); ink.moveTo(x, y - 9); ink.lineTo(x, y + 9); ink.stroke();
      if (down) { ink.beginPath(); ink.arc(x, y, 6, 0, 7); ink.stroke(); }
    }
    back.disabled = clear.disabled = !strokes.length;
    canvas.setAttribute("aria-label", `Drawing, ${strokes.length} strokes, pen ${down ? "down" : "up"}`);
    pen.textContent = focused ? `Pen ${down ? "down" : "up"}` : "";
  };
  const send = () => {
    clearTimeout(timer);
    timer = null;
    sent = performance.now();
    model.set("value", strokes.map((s) => s.map((p) => [...p])));
    model.save_changes();
  };
  const sendSoon = () => {
    if (timer === null) timer = setTimeout(send, Math.max(0, SEND_EVERY - (performance.now() - sent)));
  };
  const begin = (point) => {
    if (strokes.length >= MOST_STROKES) { say(`At most ${MOST_STROKES} strokes.`); return false; }
    strokes.push([point.map(round)]);
    return true;
  };
  const extend = (point) => {
    const stroke = strokes[strokes.length - 1];
    const last = stroke[stroke.length - 1];
    if (stroke.length < MOST_POINTS && Math.hypot(point[0] - last[0], point[1] - last[1]) >= LEAST) {
      stroke.push(point.map(round));
      return true;
    }
    return false;
  };
  const lift = () => { drawing = down = false; };
  const removeLast = () => { lift(); if (strokes.pop()) { send(); say("Stroke removed"); } draw(); };
  const removeAll = () => { lift(); strokes = []; send(); say("Cleared"); draw(); };

  const at = (event) => {
    const r = canvas.getBoundingClientRect();
    return [clamp((event.clientX - r.left) / r.width), clamp((event.clientY - r.top) / r.height)];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    lift();
    cursor = at(event);
    drawing = begin(cursor);
    if (drawing) sendSoon();
    draw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    for (const e of event.getCoalescedEvents ? event.getCoalescedEvents() : [event]) {
      cursor = at(e);
      extend(cursor);
    }
    sendSoon();
    draw();
  });
  const end = () => { if (drawing) { drawing = false; send(); draw(); } };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  canvas.addEventListener("focus", () => { focused = true; draw(); });
  canvas.addEventListener("blur", () => { focused = down = false; draw(); });
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (moves[event.key]) {
      const [dx, dy] = moves[event.key];
      cursor = [clamp(cursor[0] + dx * STEP), clamp(cursor[1] + dy * STEP)];
      if (down && extend(cursor)) sendSoon();
    } else if (event.key === " ") {
      if (down) { down = false; say("Pen up"); } else { down = begin(cursor); if (down) { sendSoon(); say("Pen down"); } }
    } else if (event.key === "Backspace") removeLast();
    else if (event.key === "Delete") removeAll();
    else return;
    event.preventDefault();
    event.stopPropagation();
    draw();
  });
  back.addEventListener("click", removeLast);
  clear.addEventListener("click", removeAll);

  const follow = () => { // undo, a preset or a pasted setting; never an echo of an older stroke
    if (drawing || timer !== null) return;
    const value = model.get("value");
    if (JSON.stringify(value) === JSON.stringify(strokes)) return;
    strokes = value.map((s) => s.map((p) => [...p]));
    down = false;
    draw();
  };
  model.on("change:value", follow);
  draw();
  return () => { clearTimeout(timer); model.off("change:value", follow); };
}
export default { render };
