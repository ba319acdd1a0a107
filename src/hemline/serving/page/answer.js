// Shows an answer: the headline, the steps, the probabilities of the likeliest classes.
import { $, counted, element, named } from "./elements.js";

const percent = (share) => `${(100 * share).toFixed(1)}\u00a0%`;

export function showBusy() {
  $("busy").hidden = false;
  $("error").hidden = true;
}

export function showError(sentence) {
  $("busy").hidden = true;
  $("error").hidden = false;
  $("error").textContent = sentence;
  for (const id of ["headline", "steps", "bars", "rest"]) $(id).replaceChildren();
  reveal();
}

export function showAnswer(answer) {
  $("busy").hidden = $("error").hidden = true;
  $("headline").replaceChildren(...headline(answer));
  $("steps").replaceChildren(...steps(answer));
  $("bars").classList.toggle("none", answer.none);
  $("bars").replaceChildren(...bars(answer));
  $("rest").textContent = rest(answer);
  reveal();
}

// On a phone the answer is below the fold.
function reveal() {
  if (matchMedia("(max-width: 760px)").matches) $("answer").scrollIntoView({ block: "start" });
}

function headline({ none, garments, facts: { classes }, shares: [[best, share]] }) {
  if (garments.length) {
    return [
      element("p", {}, `${counted(garments.length)} garments:`),
      ...garments.map(([name, of]) => said(name, of)),
      element("p", {}, "Each by itself in a photograph is told best. Taken for one, they would be:"),
    ];
  }
  if (!none) return [said(best, share)];
  return [
    element("strong", { className: "none", textContent: "None of these" }),
    element("p", {},
      `It is unlike all that the model has learned. Of the ${counted(classes.length)} classes it would say `,
      named(best), `, ${percent(share)}.`),
  ];
}

function said(name, share) {
  const sure = element("span", { className: "share", textContent: percent(share) });
  return element("strong", {}, named(name), " ", sure);
}

function steps({ steps: pictures, facts: { form, intake } }) {
  const captions = {
    photo: intake.find ? "Photograph" : "Picture",
    garment: "Garment found",
    cut: "Cut out",
    seen: `Seen at ${form.width}×${form.height}`,
  };
  return Object.entries(captions)
    .filter(([name]) => pictures[name])
    .map(([name, caption]) => element("li", {}, element("figure", {},
      element("div", { className: `frame ${name}` }, element("img", { src: pictures[name], alt: "" })),
      element("figcaption", { textContent: caption }))));
}

// Few classes keep their places; of many the likeliest are shown, the likeliest first.
function bars({ facts: { classes }, shares }) {
  const [[best]] = shares;
  const places = new Map(classes.map((name, place) => [name, place]));
  const shown = classes.length > shares.length ? shares
    : [...shares].sort(([one], [other]) => places.get(one) - places.get(other));
  return shown.map(([name, share]) => bar(name, share, name === best));
}

function bar(name, share, isBest) {
  const fill = element("div", { className: "fill" });
  fill.style.setProperty("--share", `${100 * share}%`);
  const track = element("div", { className: "track" }, fill);
  track.setAttribute("aria-hidden", "true");
  return element("li", { className: isBest ? "best" : "" }, named(name), track,
    element("span", { className: "percent", textContent: percent(share) }));
}

function rest({ facts: { classes }, shares }) {
  const others = classes.length - shares.length;
  if (!others) return "";
  const left = Math.max(0, 1 - shares.reduce((sum, [, share]) => sum + share, 0));
  return others === 1 ? `The other class has ${percent(left)}.`
    : `The other ${counted(others)} classes have ${percent(left)} together.`;
}
