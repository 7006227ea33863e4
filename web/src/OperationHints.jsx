import { useGraphiQL } from '@graphiql/react';
import { useState } from 'react';
import { freshVariables, lookedUpVariables, savedFor, shown } from './operations.js';
import { useWords } from './words.js';

/** For the saved operation in front: whom to be, and one press that fills its variables in. */
export function OperationHints({ operations, config, person, onPersona }) {
  const { query, variableEditor } = useGraphiQL((state) => ({
    query: state.tabs[state.activeTabIndex]?.query,
    variableEditor: state.variableEditor,
  }));
  const [busy, setBusy] = useState(false);
  const [, text] = useWords();
  const saved = savedFor(operations, query);
  const fillable = saved && Object.keys(freshVariables(saved)).length > 0;
  if (!saved || (!fillable && (!saved.persona || saved.persona === person))) return null;
  const fill = async () => {
    setBusy(true);
    try {
      variableEditor?.setValue(shown(await lookedUpVariables(config.graphql, saved)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="roam-hints">
      {saved.persona && saved.persona !== person && (
        <button type="button" onClick={() => onPersona(saved.persona)}>{text.suggested}: <strong>{saved.persona}</strong></button>
      )}
      {fillable && <button type="button" title={text.fillHint} disabled={busy} onClick={fill}>{text.fill}</button>}
    </div>
  );
}
