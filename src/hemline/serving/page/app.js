// What people do on the page, and where their picture goes.
import { showAnswer, showBusy, showError } from "./answer.js";
import { openCamera } from "./camera.js";
import { $ } from "./elements.js";
import { listExamples } from "./examples.js";
import { fitsPad, Pad } from "./pad.js";
import * as server from "./server.js";
import { describe, noteOn } from "./wording.js";

let asked = 0; // only the latest question is shown
let last = null;
let introduced = null; // the model that the page speaks of

async function ask(picture) {
  last = picture;
  const number = ++asked;
  showBusy();
  try {
    const answer = await (await answerer()).ask(picture);
    if (number !== asked) return;
    showAnswer(answer);
    introduce(answer.facts);
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
  // Of HEIC not every system knows that it is a picture.
  const picture = [...files].find((file) => file.type.startsWith("image/") || /\.hei[cf]$/i.test(file.name));
  if (picture) ask(picture);
  else showError("Expected a picture, received something else; choose a picture file.");
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

function preparePad({ form, intake }) {
  $("draw").hidden = !fitsPad(form, intake);
  if ($("draw").hidden) return;
  const pad = new Pad($("pad"), form, intake, (empty) => {
    for (const id of ["ask-drawing", "undo", "clear"]) $(id).disabled = empty;
  });
  $("ask-drawing").onclick = async () => ask(await pad.picture());
  $("undo").onclick = () => pad.undo();
  $("clear").onclick = () => pad.clear();
}

function listenForModes() {
  for (const input of document.querySelectorAll("input[name=mode]")) {
    input.addEventListener("change", () => {
      $("mode-note").textContent = noteOn(mode());
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

function introduce(facts) {
  if (facts === introduced) return;
  introduced = facts;
  describe(facts);
  preparePad(facts);
  listExamples(facts, ask);
}

async function tellAbout() {
  try {
    introduce(await server.about());
    $("token-form").hidden = true;
  } catch (error) {
    $("token-form").hidden = error.status !== 401;
    if (error.status === 503) setTimeout(tellAbout, 1000); // the model is being opened
  }
}

listenForPictures();
listenForModes();
tellAbout();
