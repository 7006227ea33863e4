import { useEffect, useState } from 'react';
import { usePopover } from './popover.js';
import { personas as loadPersonas } from './signin.js';
import { explain, useWords } from './words.js';

const cityOf = (persona) => persona.homeCity ?? '';
const labelOf = (persona) => (persona.label ?? persona.key).split(' · ')[0]; // the rest is the city, already the heading

/** [[city code, personas]] in the provider's order, whoever has no city last. */
function byCity(personas) {
  const groups = new Map();
  for (const persona of personas) groups.set(cityOf(persona), [...(groups.get(cityOf(persona)) ?? []), persona]);
  return [...groups];
}

function Personas({ config, places, person, onPick }) {
  const [list, setList] = useState(null);
  const [problem, setProblem] = useState(null);
  const [language, text] = useWords();
  const load = () => loadPersonas(config).then(setList, setProblem);
  useEffect(() => { load(); }, []);
  if (problem) {
    return <p role="alert">{explain(problem)} <button type="button" onClick={() => { setProblem(null); load(); }}>{text.retry}</button></p>;
  }
  return byCity(list ?? []).map(([city, members]) => (
    <section key={city}>
      <h3>{places[city]?.[language] ?? (city || text.otherCity)} <small>{city}</small></h3>
      <ul>
        {members.map((persona) => (
          <li key={persona.key}>
            <button type="button" data-persona={persona.key} aria-pressed={persona.key === person} onClick={() => onPick(persona.key)}>
              {labelOf(persona)} <small>{persona.key.split('@')[0]}</small>
            </button>
          </li>
        ))}
      </ul>
    </section>
  ));
}

/** The picker: who is signed in on its face, everybody to be inside. */
export function PersonaPicker({ config, places, person, face, busy, onPick, onPage, onOut }) {
  const [open, setOpen, box] = usePopover();
  const [, text] = useWords();
  const close = (then) => (value) => { setOpen(false); then(value); };
  return (
    <div className="roam-picker" ref={box}>
      <button type="button" className="roam-face" aria-haspopup="dialog" aria-expanded={open} disabled={busy} onClick={() => setOpen(!open)}>
        {busy ? text.signingIn : face}
      </button>
      {open && (
        <div className="roam-people" role="dialog" aria-label={text.personas}>
          <h2>{text.personas}</h2>
          <Personas config={config} places={places} person={person} onPick={close(onPick)} />
          <footer>
            <button type="button" onClick={close(onPage)}>{text.onPage}</button>
            {person !== null && <button type="button" onClick={close(onOut)}>{text.signOut}</button>}
          </footer>
        </div>
      )}
    </div>
  );
}
