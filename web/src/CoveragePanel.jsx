import { useWords } from './words.js';

const GLYPHS = { OK: '✓', PARTIAL: '◐', STALE: '◷', FAILED: '✕', DENIED: '⊘', NOT_OFFERED: '–' };

function Chip({ row, places }) {
  const [language, text] = useWords();
  const { slug, code, name } = row.city ?? {};
  const city = places[slug]?.[language] ?? places[code]?.[language] ?? name ?? slug ?? '';
  const facts = [
    row.count != null && text.rows(row.count),
    row.dropped ? text.dropped(row.dropped) : null,
    row.code,
    row.retryAfter != null && text.retryAfter(row.retryAfter),
  ].filter(Boolean);
  return (
    <li className="roam-chip" data-outcome={row.outcome} title={row.message ?? row.outcome}>
      <span aria-hidden="true">{GLYPHS[row.outcome]}</span>
      <strong>{city}</strong> {text.outcomes[row.outcome] ?? row.outcome}
      {facts.length > 0 && <small>{facts.join(' · ')}</small>}
    </li>
  );
}

/** One row of chips for each `coverage` list of an answer, `found` by coverage.js. */
export function CoveragePanel({ found, places }) {
  const [, text] = useWords();
  return (
    <section className="roam-coverage" aria-label={text.coverage}>
      {found.length === 0 && <p>{text.noCoverage}</p>}
      {found.map(({ path, rows }) => (
        <div key={path}>
          <h2>{text.coverage}<code>{path}</code></h2>
          <ul>{rows.map((row, index) => <Chip key={index} row={row} places={places} />)}</ul>
        </div>
      ))}
    </section>
  );
}
