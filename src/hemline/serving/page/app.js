// What people do on the page, and where their picture goes.
import { showAnswer, showBusy, showError } from "./answer.js";
import { openCamera } from "./camera.js";
import { Pad } from "./pad.js";
import * as server from "./server.js";

const $ = (id) => document.getElementById(id);
const EXAMPLES = [
  ["photo-t-shirt-top.jpg", "Drawn photograph of a T-shirt"],
  ["photo-trouser.jpg", "Drawn photograph of trousers"],
  ["photo-dress.jpg", "Drawn photograph of a dress"],
  ["photo-house.jpg", "Drawing of a house, which is no garment"],
  ["t-shirt-top.png", "Sketch of a T-shirt"], ["trouser.png", "Sketch of trousers"],
  ["pullover.png", "Sketch of a pullover"], ["dress.png", "Sketch of a dress"],
  ["coat.png", "Sketch of a coat"], ["sandal.png", "Sketch of a sandal"],
  ["shirt.png", "Sketch of a shirt"], ["sneaker.png", "Sketch of a sneaker"],
  ["bag.png", "Sketch of a bag"], ["ankle-boot.png", "Sketch of an ankle boot"],
];
const NOTES = {
  server: "",
  browser: "Nothing leaves this machine. Photographs are cut out in a simpler way than on the server: a plain ground works best.",
};

let asked = 0; // only the latest question is shown
let last = null;

async function ask(picture) {
  last = picture;
  const number = ++asked;
  showBusy();
  try {
    const answer = await (await answerer()).ask(picture);
    if (number === asked) showAnswer(answer);
  } catch (error) {
    if (number !== asked) return;
    $("token-form").hidden = error.status !== 401;
    showError(error.message);
  }
}

// The runtime of the second mode is large: it is loaded when it is first wanted.
function answerer() {
  return mode() === "server" ? server : import("./browser.js");
}

function mode() {
  return document.querySelector("input[name=mode]:checked").value;
}

function take(files) {
  const picture = [...files].find((file) => file.type.startsWith("image/"));
  if (picture) ask(picture);
  else showError("Expected a picture, received something else; choose a PNG, JPEG or WebP file.");
}

function listenForPictures() {
  const drop = $("drop");
  $("choose").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", () => { take($("file").files); $("file").value = ""; });
  addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  addEventListener("dragleave", () => drop.classList.remove("over"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    take(event.dataTransfer.files);
  });
  addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) take(event.clipboardData.files);
  });
  $("camera").hidden = !navigator.mediaDevices; // browsers give it to localhost and https only
  $("camera").addEventListener("click", () => openCamera(ask, showError));
}

function listExamples() {
  for (const [file, text] of EXAMPLES) {
    const image = Object.assign(new Image(), { src: `/page/examples/${file}`, alt: text });
    const button = Object.assign(document.createElement("button"), { type: "button", title: text });
    button.append(image);
    button.addEventListener("click", async () => ask(await (await fetch(image.src)).blob()));
    const item = document.createElement("li");
    item.append(button);
    $("examples").append(item);
  }
}

function preparePad() {
  const pad = new Pad($("pad"), (empty) => {
    for (const id of ["ask-drawing", "undo", "clear"]) $(id).disabled = empty;
  });
  $("ask-drawing").addEventListener("click", async () => ask(await pad.picture()));
  $("undo").addEventListener("click", () => pad.undo());
  $("clear").addEventListener("click", () => pad.clear());
}

function listenForModes() {
  for (const input of document.querySelectorAll("input[name=mode]")) {
    input.addEventListener("change", () => {
      $("mode-note").textContent = NOTES[mode()];
      if (last) ask(last);
    });
  }
  $("token-form").addEventListener("submit", (event) => {
    event.preventDefault();
    server.setToken($("token").value);
    if (last) ask(last);
    tellAbout();
  });
}

async function tellAbout() {
  try {
    const about = await server.about();
    $("token-form").hidden = true;
    if ($("classes")) $("classes").textContent = `It knows ${about.classes.join(", ")}, and says where a picture is none of these.`;
    $("about").textContent = `Model ${about.model} (${about.version}), trained on ${about.trained_on}.`;
  } catch (error) {
    $("token-form").hidden = error.status !== 401;
  }
}

listenForPictures();
listExamples();
preparePad();
listenForModes();
tellAbout();
