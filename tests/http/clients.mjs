// Four real clients, each with a query that has partial errors, a mutation and a subscription of two or more events.
// usage: node clients.mjs '{"url": …, "headers": {…}, "query": …, "errorCode": …, "mutation": …, "subscription": …}'
// Each operation is {"text": …, "variables": {…}}. A mutation is sent once by each client, with "$key" in its
// variables (an idempotency key) made new each time.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client, fetchExchange } from '@urql/core';
import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import { OperationTypeNode } from 'graphql';
import WebSocket from 'ws';
import { check, report } from './report.mjs';

// urql aborts a request whose answer it has as soon as nobody listens; what of the body is still unread is then nobody's error.
process.on('unhandledRejection', (reason) => {
  if (reason?.name !== 'AbortError') throw reason;
});

const asked = JSON.parse(process.argv[2]);
const { url, headers = {}, query, errorCode, mutation, subscription } = asked;
const EVENTS = 2;

const socket = () => createWs({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, connectionParams: headers, retryAttempts: 0 });
const fresh = (variables = {}) => Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, value === '$key' ? crypto.randomUUID() : value]));
const message = ({ text, variables }) => ({ query: text, variables: fresh(variables) });
const codes = (errors) => (errors ?? []).map((error) => error.extensions?.code);

/** Check one answer: data is there; with `partial`, the expected error is there too. */
function judge(assert, { data, errors }, partial) {
  assert.ok(data, `no data: ${JSON.stringify(errors)}`);
  if (partial) assert.ok(codes(errors).includes(errorCode), `expected ${errorCode}, found ${JSON.stringify(codes(errors))}`);
  else assert.deepEqual(errors ?? [], []);
}

/** The first events of an RxJS or wonka-like source: `start(next, error)` gives back how to stop. */
const firstEvents = (start) =>
  new Promise((resolve, reject) => {
    const events = [];
    let stop = () => {};
    stop = start((event) => {
      events.push(event);
      if (events.length === EVENTS) {
        resolve(events);
        queueMicrotask(() => stop());
      }
    }, reject);
  });

async function checkIterating(name, client) {
  const only = async (operation) => {
    const answers = [];
    for await (const answer of client.iterate(message(operation))) answers.push(answer);
    return answers;
  };
  for (const [kind, operation] of [['query', query], ['mutation', mutation]]) {
    await check(`${name}: ${kind}`, async (assert) => {
      const answers = await only(operation);
      assert.equal(answers.length, 1);
      judge(assert, answers[0], kind === 'query');
    });
  }
  await check(`${name}: subscription`, async (assert) => {
    let seen = 0;
    for await (const answer of client.iterate(message(subscription))) {
      judge(assert, answer);
      seen += 1;
      if (seen === EVENTS) break;
    }
    assert.equal(seen, EVENTS);
  });
  await check(`${name}: a refused operation is told`, async (assert) => {
    let told = null;
    try {
      for await (const answer of client.iterate({ query: '{ noSuchField }' })) told = answer.errors;
    } catch (errors) {
      told = errors;
    }
    assert.deepEqual(codes(told), ['GRAPHQL_VALIDATION_FAILED']);
  });
  await client.dispose();
}

async function checkApollo() {
  const ws = socket();
  const link = ApolloLink.split(({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION, new GraphQLWsLink(ws), new HttpLink({ uri: url, headers }));
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  const options = { errorPolicy: 'all', fetchPolicy: 'no-cache' };
  const answer = ({ data, error }) => ({ data, errors: error?.errors });
  await check('Apollo Client: query', async (assert) =>
    judge(assert, answer(await client.query({ ...options, query: gql(query.text), variables: fresh(query.variables) })), true));
  await check('Apollo Client: mutation', async (assert) =>
    judge(assert, answer(await client.mutate({ ...options, mutation: gql(mutation.text), variables: fresh(mutation.variables) }))));
  await check('Apollo Client: subscription', async (assert) => {
    const source = client.subscribe({ ...options, query: gql(subscription.text), variables: fresh(subscription.variables) });
    const events = await firstEvents((next, error) => {
      const running = source.subscribe({ next, error });
      return () => running.unsubscribe();
    });
    for (const event of events) judge(assert, answer(event));
  });
  await check('Apollo Client: a refused operation is told', async (assert) => {
    const { error } = await client.query({ ...options, query: gql('{ noSuchField }') });
    assert.deepEqual(codes(error?.errors), ['GRAPHQL_VALIDATION_FAILED']);
  });
  client.stop();
  await ws.dispose();
}

async function checkUrql() {
  const client = new Client({ url, exchanges: [fetchExchange], fetchSubscriptions: true, preferGetMethod: false, fetchOptions: { headers } });
  const answer = ({ data, error }) => ({ data, errors: error?.networkError ? [error.networkError] : error?.graphQLErrors });
  await check('urql: query', async (assert) => judge(assert, answer(await client.query(query.text, fresh(query.variables)).toPromise()), true));
  await check('urql: query by GET', async (assert) =>
    judge(assert, answer(await client.query(query.text, fresh(query.variables), { preferGetMethod: 'force' }).toPromise()), true));
  await check('urql: mutation', async (assert) => judge(assert, answer(await client.mutation(mutation.text, fresh(mutation.variables)).toPromise())));
  await check('urql: subscription over SSE', async (assert) => {
    const source = client.subscription(subscription.text, fresh(subscription.variables));
    const events = await firstEvents((next) => {
      const running = source.subscribe(next);
      return () => running.unsubscribe();
    });
    for (const event of events) judge(assert, answer(event));
  });
  await check('urql: a refused operation is told', async (assert) => {
    const { error } = await client.query('{ noSuchField }', {}).toPromise();
    assert.deepEqual(codes(error?.graphQLErrors), ['GRAPHQL_VALIDATION_FAILED']);
  });
}

await checkIterating('graphql-ws', socket());
await checkIterating('graphql-sse', createSse({ url, headers, retryAttempts: 0 }));
await checkApollo();
await checkUrql();
report();
