import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { freshVariables, savedFor, shown } from './operations.js';
import { useWords } from './words.js';

/** Every saved operation, on any screen: choosing one goes to its tab, or opens one if it was closed. */
export function OperationMenu({ operations }) {
  const state = useGraphiQL(({ tabs, activeTabIndex, queryEditor, variableEditor }) => ({ tabs, activeTabIndex, queryEditor, variableEditor }));
  const { addTab, changeTab } = useGraphiQLActions();
  const [language, text] = useWords();
  const active = savedFor(operations, state.tabs[state.activeTabIndex]?.query)?.name ?? '';
  const open = (name) => {
    const index = state.tabs.findIndex((tab) => savedFor(operations, tab.query)?.name === name);
    if (index >= 0) return changeTab(index);
    const saved = operations.find((one) => one.name === name);
    addTab();
    state.variableEditor?.setValue(shown(freshVariables(saved)));
    state.queryEditor?.setValue(saved.query);
  };
  return (
    <label className="roam-menu">
      <span>{text.operations}</span>
      <select value={active} onChange={(event) => open(event.target.value)} aria-label={text.operations}>
        {!active && <option value="">—</option>}
        {operations.map((saved) => (
          <option key={saved.name} value={saved.name}>{`${saved.name.split('-')[0]} ${saved.title[language]}`}</option>
        ))}
      </select>
    </label>
  );
}
