// The page a sign-in in a frame or a window ends on. It decides nothing: it tells the page that asked, of its own origin
// only, whether it came to something; the session itself is a cookie by now.
import { CALLBACK_MESSAGE } from './names.js';

const UNCLAIMED_SECONDS = 5;

const answer = Object.fromEntries(new URLSearchParams(window.location.search));
const asker = window.parent !== window ? window.parent : window.opener;

window.history.replaceState(null, '', window.location.pathname);
if (asker) {
  asker.postMessage({ kind: CALLBACK_MESSAGE, answer }, window.location.origin);
  // The asker closes this window once it has heard: the word of a window that is gone has no sender to be known by.
  if (asker === window.opener) setTimeout(() => window.close(), UNCLAIMED_SECONDS * 1000);
} else {
  window.location.replace(`/graphql?${new URLSearchParams(answer)}`); // no asker: the page itself tells of a failure
}
