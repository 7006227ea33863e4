// The cities' names, asked of the graph: this page knows no city by itself.
import { request } from './graph.js';

const QUERY = `query CityNames { cities(status: [LIVE, PILOT, PAUSED]) { code slug zh: name(lang: ZH) en: name(lang: EN) } }`;

/** {code or slug: {zh, en}}; empty when the gateway does not answer (codes are shown then). */
export async function loadPlaces(url) {
  const answer = await request(url, { query: QUERY });
  const places = {};
  for (const city of answer.data?.cities ?? []) places[city.code] = places[city.slug] = { zh: city.zh, en: city.en };
  return places;
}

const VIEWER = `query WhoAmI { me { displayName assurance homeCity { code zh: name(lang: ZH) en: name(lang: EN) } } }`;

/** How the gateway sees the citizen: {displayName, assurance, homeCity}, or {error} in its own words. */
export async function loadViewer(url) {
  const answer = await request(url, { query: VIEWER });
  return answer.data?.me ?? { error: answer.errors?.[0]?.message ?? 'me: null' };
}
