// Shows an answer: the headline, the steps, the ten probabilities.
const $ = (id) => document.getElementById(id);
const CAPTIONS = { photo: "Photograph", garment: "Garment found", cut: "Cut out" };
const percent = (share) => `${(100 * share).toFixed(1)} %`;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export function showBusy() {
  $("busy").hidden = false;
  $("error").hidden = true;
}

export function showError(sentence) {
  $("busy").hidden = true;
  $("error").hidden = false;
  $("error").textContent = sentence;
  for (const id of ["headline", "steps", "bars"]) $(id).replaceChildren();
  reveal();
}

export function showAnswer(answer) {
  $("busy").hidden = $("error").hidden = true;
  const best = answer.probabilities.indexOf(Math.max(...answer.probabilities));
  $("headline").replaceChildren(...headline(answer, best));
  $("steps").replaceChildren(...steps(answer));
  $("bars").classList.toggle("none", answer.none);
  $("bars").replaceChildren(...answer.probabilities.map((share, label) =>
    bar(answer.classes[label], share, label === best)));
  reveal();
}

// On a phone the answer is below the fold.
function reveal() {
  if (matchMedia("(max-width: 760px)").matches) $("answer").scrollIntoView({ block: "start" });
}

function headline({ none, classes, probabilities }, best) {
  const share = percent(probabilities[best]);
  if (!none) {
    const sure = element("span", { className: "share", textContent: share });
    return [element("strong", {}, `${classes[best]} `, sure)];
  }
  return [
    element("strong", { className: "none", textContent: "None of these" }),
    element("p", {
      textContent: `It is unlike all that the model has learned. Of the ten classes it would say ${classes[best]}, ${share}.`,
    }),
  ];
}

function steps({ steps: pictures, pixels }) {
  const shown = Object.entries(CAPTIONS)
    .filter(([name]) => pictures[name])
    .map(([name, caption]) => figure(element("img", { src: pictures[name], alt: "" }), caption));
  return [...shown, figure(canvasOf(pixels), "Seen at 28×28")];
}

function figure(picture, caption) {
  const frame = element("div", { className: "frame" }, picture);
  return element("li", {}, element("figure", {}, frame, element("figcaption", { textContent: caption })));
}

function canvasOf(pixels) {
  const canvas = element("canvas", { width: 28, height: 28 });
  const image = new ImageData(28, 28);
  pixels.forEach((grey, place) => image.data.set([grey, grey, grey, 255], 4 * place));
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

function bar(name, share, isBest) {
  const fill = element("div", { className: "fill" });
  fill.style.setProperty("--share", `${100 * share}%`);
  const track = element("div", { className: "track" }, fill);
  track.setAttribute("aria-hidden", "true");
  return element("li", { className: isBest ? "best" : "" },
    element("span", { textContent: name }), track,
    element("span", { className: "percent", textContent: percent(share) }));
}
