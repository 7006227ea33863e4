// Who is signed in, for this browser tab: {token, expiresAt, persona, viewer} or null. Kept in sessionStorage,
// so that a reload keeps it and closing the tab forgets it; no other tab sees it.
import { SESSION_KEY } from './names.js';

const listeners = new Set();
let current = JSON.parse(window.sessionStorage.getItem(SESSION_KEY) ?? 'null');

export const session = {
  get: () => current,
  set(next) {
    current = next;
    if (next) window.sessionStorage.setItem(SESSION_KEY, JSON.stringify(next));
    else window.sessionStorage.removeItem(SESSION_KEY);
    for (const listener of listeners) listener();
  },
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
