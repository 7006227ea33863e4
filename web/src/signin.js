// Sign-in by authorisation code with PKCE: in a hidden frame (a persona by hint, no page), in a pop-up window,
// or, where pop-ups are blocked, by leaving the page and coming back. Sources: RFC 6749 §4.1, RFC 7636,
// OpenID Connect Core 1.0 §3.1. A state or nonce that does not match ends the attempt.
import { SignInError } from './errors.js';
import { CALLBACK_MESSAGE, CALLBACK_PATH, PENDING_KEY, RETURNED_KEY } from './names.js';
import { challengeOf, claimsOf, randomText } from './pkce.js';

const FRAME_SECONDS = 15;
const POPUP_SECONDS = 300;

async function json(url, init, code) {
  let response;
  try {
    response = await fetch(url, init);
  } catch {
    throw new SignInError('PROVIDER_UNREACHABLE', new URL(url).origin);
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new SignInError(code, body.error_description ?? body.error ?? `HTTP ${response.status}`);
  return body;
}

function discover(issuer) {
  if (!issuer) throw new SignInError('NO_PROVIDER');
  return json(`${issuer}/.well-known/openid-configuration`, {}, 'PROVIDER_FAILED');
}

/** The personas the provider knows: [{key, label, homeCity}]. */
export async function personas(config) {
  if (!config.issuer) throw new SignInError('NO_PROVIDER');
  return json(`${config.issuer}/personas`, {}, 'PROVIDER_FAILED');
}

const newAttempt = () => ({ state: randomText(), nonce: randomText(), verifier: randomText() });

async function authorizeUrl(config, provider, attempt, extra) {
  const url = new URL(provider.authorization_endpoint);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: config.clientId,
    redirect_uri: window.location.origin + CALLBACK_PATH,
    scope: 'openid',
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await challengeOf(attempt.verifier),
    code_challenge_method: 'S256',
    ...extra,
  });
  return url.href;
}

/** Wait for the callback page inside `source` (a window) to hand over its answer. */
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

function verifyAnswer(answer, attempt, config) {
  if (answer.state !== attempt.state) throw new SignInError('STATE_MISMATCH');
  if (answer.error) throw new SignInError('PROVIDER_REFUSED', answer.error_description ?? answer.error);
  if (answer.iss && answer.iss !== config.issuer) throw new SignInError('WRONG_ISSUER', answer.iss); // RFC 9207 §2.4
}

function verifyIdToken(token, attempt, config) {
  const claims = claimsOf(token);
  if (claims.nonce !== attempt.nonce) throw new SignInError('NONCE_MISMATCH');
  if (claims.iss !== config.issuer) throw new SignInError('WRONG_ISSUER', claims.iss);
  if (![claims.aud].flat().includes(config.clientId)) throw new SignInError('WRONG_ISSUER', String(claims.aud));
}

/** Trade the code for tokens. Returns {token, expiresAt (epoch ms)}. */
async function redeem(config, provider, attempt, answer) {
  verifyAnswer(answer, attempt, config);
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code: answer.code,
    client_id: config.clientId,
    redirect_uri: window.location.origin + CALLBACK_PATH,
    code_verifier: attempt.verifier,
  });
  const tokens = await json(provider.token_endpoint, { method: 'POST', body: form }, 'PROVIDER_REFUSED');
  if (!tokens.id_token || !tokens.access_token) throw new SignInError('PROVIDER_FAILED', 'no id_token');
  verifyIdToken(tokens.id_token, attempt, config);
  return { token: tokens.access_token, expiresAt: Date.now() + (tokens.expires_in ?? 3600) * 1000 };
}

/** Sign a persona in without any page: hidden frame, prompt=none, login_hint. */
export async function signInAs(config, personaKey) {
  const provider = await discover(config.issuer);
  const attempt = newAttempt();
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.title = 'sign-in';
  const answered = answerFrom(() => frame.contentWindow, FRAME_SECONDS);
  answered.catch(() => {}); // its failure is reported below, where it is awaited
  try {
    frame.src = await authorizeUrl(config, provider, attempt, { prompt: 'none', login_hint: personaKey });
    document.body.append(frame);
    return await redeem(config, provider, attempt, await answered);
  } finally {
    frame.remove();
  }
}

/** Sign in on the provider's own page, in a pop-up; leaves this page where pop-ups are blocked. */
export async function signInOnPage(config) {
  // The window opens before the first await: browsers block pop-ups that come later than the click.
  const popup = window.open('about:blank', 'roam-signin', 'popup,width=460,height=720');
  try {
    const provider = await discover(config.issuer);
    const attempt = newAttempt();
    const url = await authorizeUrl(config, provider, attempt, {});
    if (!popup) {
      window.sessionStorage.setItem(PENDING_KEY, JSON.stringify(attempt));
      window.location.assign(url);
      return await new Promise(() => {}); // the page is leaving
    }
    const answered = answerFrom(() => popup, POPUP_SECONDS, () => popup.closed);
    popup.location.replace(url);
    return await redeem(config, provider, attempt, await answered);
  } catch (error) {
    popup?.close();
    throw error;
  }
}

/** Finish a sign-in that left the page; null when there is none to finish. */
export async function finishRedirect(config) {
  const [answer, attempt] = [RETURNED_KEY, PENDING_KEY].map((key) => {
    const text = window.sessionStorage.getItem(key);
    window.sessionStorage.removeItem(key);
    return text && JSON.parse(text);
  });
  if (!answer) return null;
  if (!attempt) throw new SignInError('STATE_MISMATCH');
  return redeem(config, await discover(config.issuer), attempt, answer);
}
