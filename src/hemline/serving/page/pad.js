// A pad to draw on, white on black like the data set; its picture is 28x28, trimmed and centred.
const SIDE = 28;
const PEN = 22; // of 280

export class Pad {
  constructor(canvas, whenChanged) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { willReadFrequently: true });
    this.whenChanged = whenChanged;
    this.strokes = [];
    canvas.addEventListener("pointerdown", (event) => this.begin(event));
    canvas.addEventListener("pointermove", (event) => this.go(event));
    this.draw();
  }

  begin(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.strokes.push([this.point(event)]);
    this.draw();
  }

  go(event) {
    if (!event.buttons || !this.strokes.length) return;
    this.strokes.at(-1).push(this.point(event));
    this.draw();
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    const scale = this.canvas.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  undo() {
    this.strokes.pop();
    this.draw();
  }

  clear() {
    this.strokes = [];
    this.draw();
  }

  draw() {
    const { context, canvas } = this;
    context.fillStyle = "#000";
    context.fillRect(0, 0, canvas.width, canvas.height);
    Object.assign(context, { strokeStyle: "#d8d8d8", lineWidth: PEN, lineCap: "round", lineJoin: "round" });
    if (!this.strokes.length) this.invite();
    for (const [first, ...rest] of this.strokes) {
      context.beginPath();
      context.moveTo(...first);
      for (const point of rest.length ? rest : [first]) context.lineTo(...point);
      context.stroke();
    }
    this.whenChanged(this.strokes.length === 0);
  }

  invite() {
    Object.assign(this.context, { fillStyle: "#9a9a9a", font: "16px system-ui, sans-serif", textAlign: "center" });
    this.context.fillText("Draw a garment here", this.canvas.width / 2, this.canvas.height / 2);
  }

  // A PNG file: the drawing's longest edge fills the frame, as in the data set.
  picture() {
    const { left, top, width, height } = this.bounds();
    const scale = SIDE / Math.max(width, height);
    const small = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
    const context = small.getContext("2d");
    context.fillRect(0, 0, SIDE, SIDE);
    context.imageSmoothingQuality = "high";
    const wide = Math.round(width * scale), high = Math.round(height * scale);
    context.drawImage(this.canvas, left, top, width, height,
      (SIDE - wide) >> 1, (SIDE - high) >> 1, wide, high);
    return new Promise((resolve) => small.toBlob(resolve, "image/png"));
  }

  bounds() {
    const { width: side } = this.canvas;
    const { data } = this.context.getImageData(0, 0, side, side);
    let left = side, top = side, right = 0, bottom = 0;
    for (let place = 0; place < side * side; place++) {
      if (data[4 * place] < 128) continue;
      const x = place % side, y = (place - x) / side;
      left = Math.min(left, x); right = Math.max(right, x);
      top = Math.min(top, y); bottom = Math.max(bottom, y);
    }
    return { left, top, width: right - left + 1, height: bottom - top + 1 };
  }
}
