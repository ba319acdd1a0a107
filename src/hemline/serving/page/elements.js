// Elements of the page, found and made.
export const $ = (id) => document.getElementById(id);

export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// A name of a class, in whatever script it is written.
export const named = (name) => element("bdi", { textContent: name });

export const counted = (number) => number.toLocaleString("en");
