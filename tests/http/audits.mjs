// The audits of npm graphql-http, whatever their level (MUST, SHOULD, MAY): every one has to pass.
// usage: node audits.mjs URL
import { auditServer } from 'graphql-http';
import { check, report } from './report.mjs';

const [url] = process.argv.slice(2);
for (const audit of await auditServer({ url, fetchFn: fetch })) {
  await check(`${audit.id} ${audit.name}`, async () => {
    if (audit.status !== 'ok') throw new Error(audit.reason);
  });
}
report();
