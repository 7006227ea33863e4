// Sign-in by the gateway: it sends the browser to the identity provider, takes the answer and keeps the tokens; this page
// never sees one. In a hidden frame (a persona by hint, no page), in a pop-up window, or, where pop-ups are blocked, by
// leaving the page and coming back.
import { SignInError } from './errors.js';
import { CALLBACK_MESSAGE, CALLBACK_PATH } from './names.js';
import { resume, session } from './session.js';

const FRAME_SECONDS = 15;
const POPUP_SECONDS = 300;

async function json(url, code) {
  let response;
  try {
    response = await fetch(url);
  } catch {
    throw new SignInError('PROVIDER_UNREACHABLE', new URL(url).origin);
  }
  if (!response.ok) throw new SignInError(code, `HTTP ${response.status}`);
  return response.json();
}

/** The personas the provider knows: [{key, label, homeCity}]. */
export async function personas(config) {
  if (!config.issuer) throw new SignInError('NO_PROVIDER');
  return json(`${config.issuer}/personas`, 'PROVIDER_FAILED');
}

const loginUrl = (config, back, extra = {}) =>
  `/auth/login?${new URLSearchParams({ issuer: config.issuer, return: back, ...extra })}`;

/** Wait for the page inside `source` (a window) to hand over how the sign-in ended. */
function answerFrom(source, seconds, isClosed = () => false) {
  return new Promise((resolve, reject) => {
    const end = (settle, value) => {
      window.removeEventListener('message', heard);
      clearInterval(watch);
      settle(value);
    };
    const heard = (event) => {
      if (event.origin !== window.location.origin || event.source !== source()) return;
      if (event.data?.kind === CALLBACK_MESSAGE) end(resolve, event.data.answer);
    };
    const deadline = Date.now() + seconds * 1000;
    const watch = setInterval(() => {
      if (isClosed()) end(reject, new SignInError('CANCELLED'));
      else if (Date.now() > deadline) end(reject, new SignInError('PROVIDER_SILENT'));
    }, 300);
    window.addEventListener('message', heard);
  });
}

const failureIn = (answer) => (answer.signin === 'failed' ? new SignInError(answer.reason, answer.detail) : null);

async function settled(answer, person) {
  const failure = failureIn(answer);
  if (failure) throw failure;
  if (!(await resume(person))) throw new SignInError('OTHER');
}

/** Sign a persona in without any page: hidden frame, prompt=none, login_hint. */
export async function signInAs(config, personaKey) {
  if (!config.issuer) throw new SignInError('NO_PROVIDER');
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.title = 'sign-in';
  const answered = answerFrom(() => frame.contentWindow, FRAME_SECONDS);
  answered.catch(() => {}); // its failure is reported below, where it is awaited
  try {
    frame.src = loginUrl(config, CALLBACK_PATH, { prompt: 'none', login_hint: personaKey });
    document.body.append(frame);
    await settled(await answered, personaKey);
  } finally {
    frame.remove();
  }
}

/** Sign in on the provider's own page, in a pop-up; leaves this page where pop-ups are blocked. */
export async function signInOnPage(config) {
  if (!config.issuer) throw new SignInError('NO_PROVIDER');
  const popup = window.open(loginUrl(config, CALLBACK_PATH), 'roam-signin', 'popup,width=460,height=720');
  if (!popup) {
    window.location.assign(loginUrl(config, '/graphql'));
    await new Promise(() => {}); // the page is leaving
  }
  try {
    await settled(await answerFrom(() => popup, POPUP_SECONDS, () => popup.closed), '');
  } finally {
    popup.close();
  }
}

/** What became of a sign-in that left the page, if it failed: the error; null otherwise. */
export function failedRedirect() {
  const failure = failureIn(Object.fromEntries(new URLSearchParams(window.location.search)));
  if (failure) window.history.replaceState(null, '', window.location.pathname);
  return failure;
}

/** End the session at the gateway, for every tab of this browser. Raises OTHER when it did not end. */
export async function signOut() {
  const ended = await fetch('/auth/logout', { method: 'POST', headers: { 'X-Roam-CSRF': session.get()?.csrf ?? '' } });
  if (!ended.ok && (await resume())) throw new SignInError('OTHER', `HTTP ${ended.status}`);
  session.set(null);
}
