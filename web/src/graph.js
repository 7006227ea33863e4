// How requests reach the gateway: POST for queries and mutations, graphql-transport-ws for subscriptions, both on
// one URL and both as the signed-in citizen. A header typed by the tester wins over ours.
import { getOperationAST, parse } from 'graphql';
import { createClient } from 'graphql-ws';
import { plans } from './plans.js';
import { resume, session } from './session.js';
import { language, words } from './words.js';

const names = (headers) => Object.keys(headers).map((name) => name.toLowerCase());

function withCitizen(headers = {}) {
  const ours = { 'Accept-Language': language.get() };
  const word = session.get()?.csrf; // without it a request with the session's cookie is refused
  if (word) ours['X-Roam-CSRF'] = word;
  const typed = names(headers);
  return { ...Object.fromEntries(Object.entries(ours).filter(([name]) => !typed.includes(name.toLowerCase()))), ...headers };
}

const failure = (message) => ({ errors: [{ message }] });

// Another tab may have signed in or out since: the gateway refused before doing anything, so asking again is safe.
const NOT_OURS = ['FORBIDDEN', 'UNAUTHENTICATED'];
const isStale = (answer) => !('data' in answer) && NOT_OURS.includes(answer.errors?.[0]?.extensions?.code);

/** One request over HTTP; the answer as the gateway gave it, or an answer with one plain error. */
export async function request(url, body, headers) {
  const [answer, before] = [await sent(url, body, headers), session.get()?.csrf];
  if (!isStale(answer)) return answer;
  const now = await resume().catch(() => null);
  return now && now.csrf !== before ? sent(url, body, headers) : answer;
}

async function sent(url, body, headers) {
  let response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: {
        Accept: 'application/graphql-response+json, application/json;q=0.9',
        'Content-Type': 'application/json',
        ...withCitizen(headers),
      },
      body: JSON.stringify(body),
    });
  } catch {
    return failure(words().gatewayUnreachable);
  }
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return failure(`${words().gatewayNotJson} (HTTP ${response.status})`);
  }
}

function subscribe(url, body, headers) {
  return {
    subscribe(observer) {
      const client = createClient({
        url: url.replace(/^http/, 'ws'),
        connectionParams: withCitizen(headers), // a typed Authorization goes into connection_init; else the cookie speaks
        retryAttempts: 2,
      });
      const stop = client.subscribe(body, {
        next: (value) => observer.next(value),
        error: (error) => observer.error(plain(error)),
        complete: () => observer.complete(),
      });
      return { unsubscribe: () => { stop(); client.dispose(); } };
    },
  };
}

function plain(error) {
  if (Array.isArray(error)) return { message: error.map((one) => one.message).join('\n'), errors: error };
  if (error instanceof CloseEvent) return new Error(`${words().socketClosed} (${error.code} ${error.reason})`);
  return error instanceof Error ? error : new Error(words().socketClosed);
}

// GraphiQL's own request for the schema: nobody reads its plan.
const INTROSPECTION = 'IntrospectionQuery';

async function planned(url, body, headers) {
  const answer = await request(url, { ...body, extensions: { queryPlan: true } }, headers);
  plans.saw(answer);
  return answer;
}

/** The operation GraphiQL means. Right after a change of tab it still names the last tab's: then the only one is meant. */
function chosen({ query, operationName }) {
  try {
    const document = parse(query);
    const named = getOperationAST(document, operationName) ?? getOperationAST(document, null);
    return { operationName: named?.name?.value ?? operationName ?? undefined, isLive: named?.operation === 'subscription' };
  } catch {
    return { operationName: operationName ?? undefined, isLive: false }; // the gateway says what is wrong with the document
  }
}

/** The fetcher GraphiQL is given. Its identity is stable: a new fetcher would make GraphiQL introspect again. */
export function createFetcher(url) {
  return (params, { headers } = {}) => {
    const { operationName, isLive } = chosen(params);
    const body = { query: params.query, variables: params.variables, operationName };
    if (isLive) return subscribe(url, body, headers);
    return params.operationName === INTROSPECTION || !plans.get().wanted ? request(url, body, headers) : planned(url, body, headers);
  };
}
