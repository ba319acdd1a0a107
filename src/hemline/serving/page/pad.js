// A pad to draw on, bright on dark or dark on bright as the model is used to.
const LONGEST = 280;
const PEN = 22;
const GREYS = { dark: ["#000", "#d8d8d8", "#9a9a9a"], bright: ["#fff", "#272727", "#5f5f5f"] };

// Whether a drawing is like what the model has learned: in grey, or cut-out garments.
export const fitsPad = ({ channels, background }, { find }) => (channels === 1 || find) && background in GREYS;

export class Pad {
  constructor(canvas, form, { find }, whenChanged) {
    const scale = LONGEST / Math.max(form.width, form.height);
    Object.assign(canvas, { width: Math.round(form.width * scale), height: Math.round(form.height * scale) });
    Object.assign(this, { canvas, form, find, whenChanged, strokes: [] });
    this.context = canvas.getContext("2d", { willReadFrequently: true });
    [this.paper, this.ink, this.quiet] = GREYS[form.background];
    canvas.onpointerdown = (event) => this.begin(event);
    canvas.onpointermove = (event) => this.go(event);
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
    context.fillStyle = this.paper;
    context.fillRect(0, 0, canvas.width, canvas.height);
    Object.assign(context, { strokeStyle: this.ink, lineWidth: PEN, lineCap: "round", lineJoin: "round" });
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
    Object.assign(this.context, { fillStyle: this.quiet, font: "16px system-ui, sans-serif", textAlign: "center" });
    const words = this.find ? "Draw a garment here" : "Draw here";
    this.context.fillText(words, this.canvas.width / 2, this.canvas.height / 2);
  }

  // A PNG file. Where garments are cut out, this one is: its longest edge fills the frame.
  picture() {
    const drawn = this.find ? this.cutOut() : this.canvas;
    return new Promise((resolve) => drawn.toBlob(resolve, "image/png"));
  }

  cutOut() {
    const { left, top, width, height } = this.bounds();
    const scale = Math.min(this.form.width / width, this.form.height / height);
    const small = Object.assign(document.createElement("canvas"), { width: this.form.width, height: this.form.height });
    const context = small.getContext("2d");
    context.fillRect(0, 0, small.width, small.height);
    context.imageSmoothingQuality = "high";
    const wide = Math.round(width * scale), high = Math.round(height * scale);
    context.drawImage(this.canvas, left, top, width, height,
      (small.width - wide) >> 1, (small.height - high) >> 1, wide, high);
    return small;
  }

  bounds() {
    const { width: wide, height: high } = this.canvas;
    const { data } = this.context.getImageData(0, 0, wide, high);
    let left = wide, top = high, right = 0, bottom = 0;
    for (let place = 0; place < wide * high; place++) {
      if (data[4 * place] < 128) continue;
      const x = place % wide, y = (place - x) / wide;
      left = Math.min(left, x); right = Math.max(right, x);
      top = Math.min(top, y); bottom = Math.max(bottom, y);
    }
    return { left, top, width: right - left + 1, height: bottom - top + 1 };
  }
}
