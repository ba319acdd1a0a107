// Asks the server.
let token = null; // in memory only

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

export async function about() {
  return (await request("/about")).json();
}

export async function ask(picture) {
  const response = await request("/classify?seen=true&steps=true", {
    method: "POST",
    body: picture,
    headers: { "Content-Type": picture.type || "application/octet-stream" },
  });
  const answer = await response.json();
  const [only] = answer.pictures;
  return {
    classes: Object.keys(only.probabilities),
    probabilities: Object.values(only.probabilities),
    none: only.none_of_these,
    pixels: Uint8Array.from(only.pixels.flat()),
    steps: only.steps,
  };
}
