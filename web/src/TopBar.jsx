import { useState, useSyncExternalStore } from 'react';
import { Citizen } from './Citizen.jsx';
import { OperationHints } from './OperationHints.jsx';
import { OperationMenu } from './OperationMenu.jsx';
import { PersonaPicker } from './PersonaPicker.jsx';
import { loadViewer } from './places.js';
import { plans } from './plans.js';
import { session } from './session.js';
import { signInAs, signInOnPage } from './signin.js';
import { explain, language, useWords, words } from './words.js';

/** Keep the tokens and ask the gateway how it sees their bearer. Raises: an Error in plain words when it does not. */
export async function enter(config, person, tokens) {
  session.set({ ...tokens, person });
  const viewer = await loadViewer(config.graphql);
  if (viewer.error) throw new Error(`${words().notAccepted}: ${viewer.error}`);
  session.set({ ...tokens, person, viewer });
}

export function TopBar({ config, operations, places, problem, onProblem }) {
  const signedIn = useSyncExternalStore(session.subscribe, session.get);
  const { wanted } = useSyncExternalStore(plans.subscribe, plans.get);
  const [busy, setBusy] = useState(false);
  const [shown, text] = useWords();
  const signIn = async (person, flow) => {
    setBusy(true);
    onProblem(null);
    try {
      await enter(config, person, await flow());
    } catch (error) {
      onProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const pick = (key) => signIn(key, () => signInAs(config, key));
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
          onPick={pick} onPage={() => signIn('', () => signInOnPage(config))} onOut={() => session.set(null)} />
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
