// The fault switches of the sandbox's cities, read and set through the gateway's own address; a deployment without them
// says so in its config, and nothing is asked.
import { words } from './words.js';

const listeners = new Set();
let changes = 0; // an answer to a question from before the last change tells what was
let state = { faults: [], cities: [], problem: null };

const put = (next) => {
  state = { ...state, ...next };
  for (const listener of listeners) listener();
};

async function answered(request) {
  let response;
  try {
    response = await request;
  } catch {
    throw new Error(words().gatewayUnreachable);
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Error(body?.error ?? body?.errors?.[0]?.message ?? words().switchUnreachable);
  return body;
}

async function told(work) {
  try {
    await work();
    put({ problem: null });
  } catch (error) {
    put({ problem: error.message });
  }
}

export const faults = {
  get: () => state,
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  /** Ask how every switch stands. */
  load: (path) => told(async () => {
    const before = changes;
    const stands = await answered(fetch(path));
    if (before === changes) put(stands);
  }),

  /** Switch one city. The header is what another site's page cannot send. */
  set: (path, slug, fault) => told(async () => {
    const headers = { 'content-type': 'application/json', 'x-roam-switch': '1' };
    const stands = await answered(fetch(`${path}/${slug}`, { method: 'PUT', headers, body: JSON.stringify({ fault }) }));
    changes += 1;
    put({ cities: state.cities.map((city) => (city.slug === slug ? { slug, ...stands } : city)) });
  }),
};

/** The cities that are switched into a fault now. */
export const switchedOn = (cities) => cities.filter((city) => city.fault && city.fault !== 'none');
