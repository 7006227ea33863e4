// Who is signed in: {csrf, expiresAt (epoch ms), person, viewer} or null. The session itself is an HttpOnly cookie that no
// script can read; what stands here is what the gateway tells its pages (GET /auth/session). Of all this only the name of
// the persona that was picked outlives a reload of the tab, in sessionStorage.
import { PERSON_KEY } from './names.js';

const listeners = new Set();
let current = null;

export const session = {
  get: () => current,
  set(next) {
    current = next;
    if (next?.person) window.sessionStorage.setItem(PERSON_KEY, next.person);
    else window.sessionStorage.removeItem(PERSON_KEY);
    for (const listener of listeners) listener();
  },
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** Ask the gateway whose session this browser has, and keep the answer; null for nobody. */
export async function resume(person = window.sessionStorage.getItem(PERSON_KEY) ?? '') {
  const told = await fetch('/auth/session', { headers: { Accept: 'application/json' } }).then((answer) => answer.json());
  if (!told.signedIn) session.set(null);
  else if (told.csrf !== current?.csrf) session.set({ csrf: told.csrf, expiresAt: Date.parse(told.expiresAt), person });
  return current;
}
