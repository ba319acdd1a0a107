// The OpenAPI description, to be read.
import { element } from "./elements.js";

const description = await (await fetch("/openapi.json")).json();
document.getElementById("description").textContent = description.info.description;
for (const place of document.querySelectorAll(".origin")) place.textContent = location.origin;

const groups = new Map();
for (const [path, operations] of Object.entries(description.paths)) {
  for (const [method, operation] of Object.entries(operations)) {
    const group = operation.tags?.[0] ?? "Others";
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(section(method.toUpperCase(), path, operation));
  }
}
for (const [group, sections] of groups) {
  document.getElementById("operations").append(element("h2", { textContent: group }), ...sections);
}

function section(method, path, operation) {
  const [about, ...more] = (operation.description ?? "").replaceAll("`", "").split("\n\n");
  const bodies = Object.keys(operation.requestBody?.content ?? {}).join(", ");
  const facts = [
    ...(operation.parameters ?? []).map(({ name, description = "" }) => `${name}: ${description}`),
    ...(bodies ? [`Body: ${bodies}`] : []),
    ...Object.entries(operation.responses).map(([status, { description }]) => `${status}: ${description}`),
  ];
  return element("details", { className: "operation" },
    element("summary", {}, element("code", { textContent: `${method} ${path}` }), ` ${about}`),
    element("p", { textContent: more.join(" ") }),
    element("ul", {}, ...facts.map((fact) => element("li", { textContent: fact }))));
}
