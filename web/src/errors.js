// What can go wrong while signing in. The code picks the sentence (words.js); detail is the provider's own word.
export class SignInError extends Error {
  constructor(code, detail = '') {
    super(detail ? `${code}: ${detail}` : code);
    this.code = code;
    this.detail = detail;
  }
}
