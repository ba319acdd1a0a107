// Asks the server.
export const MOST = 10; // classes that are shown
let token = null; // in memory only
let facts = null;

export function setToken(value) {
  token = value;
}

export async function request(path, options = {}) {
  const headers = { ...options.headers, ...(token && { Authorization: `Bearer ${token}` }) };
  let response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch {
    throw new Error("Expected an answer of the server, received none; see whether it still runs.");
  }
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  throw Object.assign(new Error(said.error ?? `The server answers ${response.status}.`), {
    status: response.status,
  });
}

// The model that answers: its classes, the form of what it sees, its intake.
export async function about(version = facts?.version) {
  if (facts === null || facts.version !== version) facts = await (await request("/about")).json();
  return facts;
}

export async function ask(picture) {
  const response = await request(`/classify?steps=true&top=${MOST}`, {
    method: "POST",
    body: picture,
    headers: { "Content-Type": picture.type || "application/octet-stream" },
  });
  const { version, pictures: [only] } = await response.json();
  return {
    facts: await about(version),
    shares: likeliest(Object.entries(only.probabilities)),
    none: only.none_of_these,
    garments: (only.garments ?? []).map(({ class_name, probability }) => [class_name, probability]),
    steps: only.steps,
  };
}

// Objects do not keep the order of names that are numbers.
export function likeliest(shares) {
  return shares.sort(([, one], [, other]) => other - one).slice(0, MOST);
}
