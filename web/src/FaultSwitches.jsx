import { useEffect, useState, useSyncExternalStore } from 'react';
import { faults, switchedOn } from './faults.js';
import { usePopover } from './popover.js';
import { useWords } from './words.js';

function Switch({ city, names, place, busy, onSwitch }) {
  const [, text] = useWords();
  const on = city.fault !== 'none';
  const more = [city.operation, city.count != null && text.times(city.count)].filter(Boolean).join(' · ');
  return (
    <li data-city={city.slug} data-fault={city.fault ?? ''} data-on={on}>
      <label>
        <strong>{place}</strong>
        {city.fault == null
          ? <em>{text.noSwitch}</em>
          : (
            <select value={city.fault} disabled={busy} onChange={(event) => onSwitch(city.slug, event.target.value)}>
              {names.map((name) => <option key={name} value={name}>{text.faultNames[name] ? `${text.faultNames[name]} · ${name}` : name}</option>)}
            </select>
          )}
      </label>
      {more && <small>{more}</small>}
    </li>
  );
}

/** Every sandbox city's fault switch, and on the button's face how many are on. */
export function FaultSwitches({ path, places }) {
  const { faults: names, cities, problem } = useSyncExternalStore(faults.subscribe, faults.get);
  const [open, setOpen, box] = usePopover();
  const [busy, setBusy] = useState(false);
  const [language, text] = useWords();
  useEffect(() => { faults.load(path); }, [path, open]); // somebody may have switched at the command line
  const on = switchedOn(cities);
  const run = async (work) => {
    setBusy(true);
    await work();
    setBusy(false);
  };
  const nameOf = (slug) => places[slug]?.[language] ?? slug;
  return (
    <div className="roam-faults" ref={box}>
      <button type="button" className="roam-fault-toggle" aria-haspopup="dialog" aria-expanded={open} data-on={on.length}
        title={on.length ? on.map((city) => `${nameOf(city.slug)}: ${city.fault}`).join('\n') : text.faultsHint} onClick={() => setOpen(!open)}>
        {text.faults}{on.length > 0 && <b>{on.length}</b>}
      </button>
      {open && (
        <div className="roam-switches" role="dialog" aria-label={text.faults}>
          <h2>{text.faultsTitle}</h2>
          <p>{text.faultsHint}</p>
          {problem && <p role="alert" className="roam-switch-problem">{problem}</p>}
          <ul>
            {cities.map((city) => (
              <Switch key={city.slug} city={city} names={names} place={nameOf(city.slug)} busy={busy}
                onSwitch={(slug, fault) => run(() => faults.set(path, slug, fault))} />
            ))}
          </ul>
          <footer>
            <button type="button" disabled={busy || on.length === 0}
              onClick={() => run(async () => { for (const city of on) await faults.set(path, city.slug, 'none'); })}>{text.allWell}</button>
          </footer>
        </div>
      )}
    </div>
  );
}
