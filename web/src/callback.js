// The page a sign-in in a frame or a window ends on. It decides nothing: it tells the page that asked, of its own origin
// only, whether it came to something; the session itself is a cookie by now.
import { CALLBACK_MESSAGE } from './names.js';

const answer = Object.fromEntries(new URLSearchParams(window.location.search));
const asker = window.parent !== window ? window.parent : window.opener;

window.history.replaceState(null, '', window.location.pathname);
if (asker) {
  asker.postMessage({ kind: CALLBACK_MESSAGE, answer }, window.location.origin);
  if (asker === window.opener) window.close();
} else {
  window.location.replace(`/graphql?${new URLSearchParams(answer)}`); // no asker: the page itself tells of a failure
}
