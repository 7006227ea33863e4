// Names that two pages, or two modules, must agree on.
export const CALLBACK_MESSAGE = 'roam-signin-callback';
export const PERSON_KEY = 'roam.person';
export const LANGUAGE_KEY = 'roam.language';
export const PLAN_KEY = 'roam.plan';
export const CALLBACK_PATH = '/graphiql/callback';
