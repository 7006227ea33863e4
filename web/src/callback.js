// The page the identity provider sends the browser back to. It decides nothing: it hands the answer (code and
// state, or error) to the page that asked, of its own origin only, and that page verifies it.
import { CALLBACK_MESSAGE, RETURNED_KEY } from './names.js';

const answer = Object.fromEntries(new URLSearchParams(window.location.search));
const asker = window.parent !== window ? window.parent : window.opener;

window.history.replaceState(null, '', window.location.pathname); // the code leaves the address bar
if (asker) {
  asker.postMessage({ kind: CALLBACK_MESSAGE, answer }, window.location.origin);
  if (asker === window.opener) window.close();
} else {
  // No asker: a full redirect. The GraphiQL page picks the answer up on its next load.
  window.sessionStorage.setItem(RETURNED_KEY, JSON.stringify(answer));
  window.location.replace('/graphql');
}
