// Named checks, collected; one JSON line on stdout at the end, exit code 1 when any failed.
import assert from 'node:assert/strict';

const DEADLINE_MS = 15_000;
const failures = [];
let passed = 0;

export async function check(name, run) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${DEADLINE_MS} ms`)), DEADLINE_MS);
  });
  try {
    await Promise.race([run(assert), late]);
    passed += 1;
  } catch (error) {
    failures.push({ name, why: String(error?.message ?? error).slice(0, 600) });
  } finally {
    clearTimeout(timer);
  }
}

export function report() {
  process.stdout.write(`${JSON.stringify({ passed, failures })}\n`);
  process.exit(failures.length ? 1 : 0);
}
