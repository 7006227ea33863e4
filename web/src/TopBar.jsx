import { useState, useSyncExternalStore } from 'react';
import { Citizen } from './Citizen.jsx';
import { FaultSwitches } from './FaultSwitches.jsx';
import { OperationHints } from './OperationHints.jsx';
import { OperationMenu } from './OperationMenu.jsx';
import { PersonaPicker } from './PersonaPicker.jsx';
import { loadViewer } from './places.js';
import { plans } from './plans.js';
import { session } from './session.js';
import { signInAs, signInOnPage, signOut } from './signin.js';
import { explain, language, useWords, words } from './words.js';

/** Ask the gateway how it sees the citizen of this session. Raises: an Error in plain words when it does not. */
export async function see(config) {
  const viewer = await loadViewer(config.graphql);
  if (viewer.error) throw new Error(`${words().notAccepted}: ${viewer.error}`);
  if (session.get()) session.set({ ...session.get(), viewer });
}

export function TopBar({ config, operations, places, problem, onProblem }) {
  const signedIn = useSyncExternalStore(session.subscribe, session.get);
  const { wanted } = useSyncExternalStore(plans.subscribe, plans.get);
  const [busy, setBusy] = useState(false);
  const [shown, text] = useWords();
  const run = async (flow) => {
    setBusy(true);
    onProblem(null);
    try {
      await flow();
      if (session.get()) await see(config);
    } catch (error) {
      onProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const pick = (key) => run(() => signInAs(config, key));
  const person = signedIn?.person ?? null;
  return (
    <>
      <header className="roam-bar">
        <h1>CityRoam</h1>
        <div className="roam-what">
          <OperationMenu operations={operations} />
          <OperationHints operations={operations} config={config} person={person} onPersona={pick} />
        </div>
        <PersonaPicker config={config} places={places} person={person} busy={busy} face={<Citizen signedIn={signedIn} />}
          onPick={pick} onPage={() => run(() => signInOnPage(config))} onOut={() => run(signOut)} />
        {config.faults && <FaultSwitches path={config.faults} places={places} />}
        <button type="button" className="roam-plan-toggle" title={text.planHint} aria-pressed={wanted} onClick={() => plans.want(!wanted)}>{text.plan}</button>
        <button type="button" className="roam-language" lang={shown === 'zh' ? 'en' : 'zh'} onClick={() => language.set(shown === 'zh' ? 'en' : 'zh')}>{text.switchLanguage}</button>
      </header>
      {problem && (
        <p className="roam-problem" role="alert">
          {problem.code ? explain(problem) : problem.message}
          <button type="button" aria-label={text.dismiss} onClick={() => onProblem(null)}>×</button>
        </p>
      )}
    </>
  );
}
