// Names that two pages, or two modules, must agree on.
export const CALLBACK_MESSAGE = 'roam-signin-callback';
export const RETURNED_KEY = 'roam.signin.returned';
export const PENDING_KEY = 'roam.signin.pending';
export const SESSION_KEY = 'roam.session';
export const LANGUAGE_KEY = 'roam.language';
export const PLAN_KEY = 'roam.plan';
export const CALLBACK_PATH = '/graphiql/callback';
