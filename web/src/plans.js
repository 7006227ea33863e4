// Query plans: whether the tester wants them, what the gateway does about it, and how one is read out of an answer.
import { PLAN_KEY } from './names.js';

const listeners = new Set();
let current = { wanted: window.localStorage.getItem(PLAN_KEY) === 'on', ever: false, withheld: false };

function set(next) {
  current = { ...current, ...next };
  for (const listener of listeners) listener();
}

/** {wanted, ever: some answer had a plan, withheld: an answer that was to have one had none, and none ever had}. */
export const plans = {
  get: () => current,
  want(wanted) {
    window.localStorage.setItem(PLAN_KEY, wanted ? 'on' : 'off');
    set({ wanted });
  },
  /** Look at an answer whose request asked for a plan. One without data says nothing: it may not have been planned. */
  saw(answer) {
    const ever = current.ever || planOf(answer) !== null;
    set({ ever, withheld: !ever && (current.withheld || answer?.data != null) });
  },
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

const planOf = (answer) => {
  const plan = answer?.extensions?.queryPlan;
  return typeof plan === 'string' && plan.trim() ? plan : null;
};

/** The plan in an answer's text; null when there is none. */
export function planIn(text) {
  try {
    return planOf(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The plan in pieces, [{text, service}]: `service` numbers the services by first appearance, undefined for the rest. */
export function pieces(plan) {
  const found = [];
  const services = [];
  let done = 0;
  // Only where it heads a fetch: a field may have an argument called service too.
  for (const match of plan.matchAll(/(Fetch\(service: ")([^"]+)/g)) {
    const start = match.index + match[1].length;
    if (!services.includes(match[2])) services.push(match[2]);
    found.push({ text: plan.slice(done, start) }, { text: match[2], service: services.indexOf(match[2]) });
    done = start + match[2].length;
  }
  return [...found, { text: plan.slice(done) }];
}
