// Proof Key for Code Exchange, S256 only. Source: RFC 7636 §4.1, §4.2.
import { SignInError } from './errors.js';

const unpadded = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** 43 characters of unpadded base64url: 32 random bytes. */
export const randomText = () => unpadded(crypto.getRandomValues(new Uint8Array(32)));

/** The S256 challenge of a verifier. Raises INSECURE_PAGE where the browser withholds SHA-256. */
export async function challengeOf(verifier) {
  if (!crypto.subtle) throw new SignInError('INSECURE_PAGE');
  return unpadded(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

/** The claims of a JWT, unverified: for the nonce check of a token that came straight from the token endpoint. */
export function claimsOf(jwt) {
  const text = jwt.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0))));
}
