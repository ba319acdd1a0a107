// What the page says of the model that answers: its classes, and what it takes.
import { $, counted, named } from "./elements.js";
import { MOST } from "./server.js";

export function describe({ model, version, trained_on: data, classes, form, intake }) {
  const garment = intake.find === "garment", size = `${form.width}×${form.height}`;
  document.title = garment ? "Hemline: what garment is this?" : `Hemline: ${data}`;
  $("purpose").replaceChildren(...(garment
    ? ["Names the garment on a photograph, and shows what it saw."]
    : [`Tells the ${counted(classes.length)} classes of `, named(data), " apart, and shows what it saw."]));
  for (const wanted of document.querySelectorAll(".wanted")) {
    wanted.textContent = garment ? "a photograph of one garment" : "a picture";
  }
  if ($("expected")) {
    const way = garment ? "the steps from the photograph to" : "the picture as";
    $("expected").textContent = `The answer appears here: what it is, how sure that is, and ${way} the ${size} pixels that the model sees.`;
    $("classes").replaceChildren("It knows ", ...listed(classes), ", and says where a picture is none of these.");
  }
  $("about").replaceChildren(`Served: ${model} (${version}), trained on `, named(data), ".");
}

function listed(classes) {
  const shown = classes.slice(0, MOST).flatMap((name) => [", ", named(name)]).slice(1);
  const others = classes.length - MOST;
  return others > 0 ? [...shown, ` and ${counted(others)} more`] : shown;
}

export const noteOn = (mode) => (mode === "server" ? "" : "Nothing leaves this machine.");
