// The saved operations: their names, their variables made ready to run, and which tab shows which.
import { Kind, parse } from 'graphql';
import { request } from './graph.js';

/** Every operation's name in a document, in document order; empty when it does not parse. */
export function operationNames(text) {
  try {
    return parse(text).definitions.flatMap((one) => (one.kind === Kind.OPERATION_DEFINITION && one.name ? [one.name.value] : []));
  } catch {
    return [...(text ?? '').matchAll(/^\s*(?:query|mutation|subscription)\s+(\w+)/gm)].map((match) => match[1]);
  }
}

/** The saved operation that a tab's document came from, told by the operation names; undefined for a free tab. */
export function savedFor(operations, text) {
  const found = operationNames(text);
  return operations.find((saved) => saved.operationNames.some((name) => found.includes(name)));
}

const typeName = (type) => (type.kind === Kind.NAMED_TYPE ? type.name.value : typeName(type.type));

function variableTypes(text) {
  const pairs = parse(text).definitions.flatMap((one) => one.variableDefinitions ?? []);
  return Object.fromEntries(pairs.map((one) => [one.variable.name.value, typeName(one.type)]));
}

/** Tomorrow in the browser's calendar, YYYY-MM-DD. */
export function tomorrow(now = new Date()) {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`;
}

/** A saved operation's variables with a new idempotency key and a day to come: each opening is a new intent. */
export function freshVariables(saved) {
  const fresh = { ...saved.variables };
  for (const [name, type] of Object.entries(variableTypes(saved.query))) {
    if (type === 'IdempotencyKey') fresh[name] = crypto.randomUUID?.() ?? `key-${Date.now()}-${Math.random()}`.slice(0, 36);
    if (type === 'Date') fresh[name] = tomorrow();
  }
  return fresh;
}

/** The first value at a path like `me/accounts/＊/?linkedAt/city`: ＊ (an asterisk) takes every item, ?x keeps those whose x is set, ?x=y those whose x is y. */
export function firstAt(data, path) {
  let values = [data];
  for (const step of path.split('/')) {
    if (step === '*') values = values.flat();
    else if (step.startsWith('?')) values = values.filter((value) => kept(value, step.slice(1)));
    else values = values.map((value) => value?.[step]);
    values = values.filter((value) => value != null);
  }
  return values.flat()[0];
}

const kept = (value, rule) => {
  const [path, wanted] = rule.split('=');
  const found = at(value, path.split('.'));
  return wanted === undefined ? Boolean(found) : String(found) === wanted;
};

const at = (value, steps) => steps.reduce((inner, step) => inner?.[step], value);

/** Fresh variables, with the ids that only a city can give looked up: each step may use what the earlier ones found. */
export async function lookedUpVariables(url, saved) {
  const found = { ...freshVariables(saved), day: tomorrow() };
  for (const step of saved.lookup ?? []) {
    const answer = await request(url, { query: step.query, variables: found });
    for (const [name, path] of Object.entries(step.values)) {
      const value = firstAt(answer.data, path);
      if (value !== undefined) found[name] = value;
    }
  }
  const wanted = Object.keys(variableTypes(saved.query));
  return Object.fromEntries(Object.entries(found).filter(([name]) => wanted.includes(name)));
}

export const shown = (variables) => (Object.keys(variables).length ? JSON.stringify(variables, null, 2) : '');

/** The gateway's list, with the operation names of each. */
export async function loadOperations() {
  const list = await (await fetch('/graphiql/operations.json')).json();
  return list.map((saved) => ({ ...saved, variables: saved.variables ?? {}, operationNames: operationNames(saved.query) }));
}
