import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from '@graphiql/plugin-doc-explorer';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN, HistoryStore } from '@graphiql/plugin-history';
import { GraphiQLProvider } from '@graphiql/react';
import { GraphiQL, GraphiQLInterface } from 'graphiql';
import { useEffect, useState } from 'react';
import { AnswerPanels } from './AnswerPanels.jsx';
import { createFetcher } from './graph.js';
import { freshVariables, shown } from './operations.js';
import { loadPlaces } from './places.js';
import { session } from './session.js';
import { failedRedirect } from './signin.js';
import { TabStrip } from './TabStrip.jsx';
import { see, TopBar } from './TopBar.jsx';

const PLUGINS = [DOC_EXPLORER_PLUGIN, HISTORY_PLUGIN, explorerPlugin()];

// What the variables editor should let pass: it takes a scalar it does not know for text or a number.
const SCALARS = { JSON: { title: 'JSON', type: ['object', 'array', 'string', 'number', 'boolean', 'null'] } };

// On a phone the variables open by a press: the document and the answer need the room.
const NARROW = window.matchMedia('(max-width: 760px)');

const tabOf = (saved) => ({ query: saved.query, variables: shown(freshVariables(saved)), headers: null });

export function App({ config, operations }) {
  const [fetcher] = useState(() => createFetcher(new URL(config.graphql, window.location.href).href));
  const [tabs] = useState(() => operations.map(tabOf));
  const [places, setPlaces] = useState({});
  const [problem, setProblem] = useState(null);
  useEffect(() => {
    loadPlaces(config.graphql).then(setPlaces);
    setProblem(failedRedirect());
    if (session.get()) see(config).catch(setProblem);
  }, [config]);
  return (
    <GraphiQLProvider fetcher={fetcher} plugins={PLUGINS} referencePlugin={DOC_EXPLORER_PLUGIN} defaultTabs={tabs}
      customScalarSchemas={SCALARS} shouldPersistHeaders inputValueDeprecation schemaDescription>
      <HistoryStore>
        <DocExplorerStore>
          <TopBar config={config} operations={operations} places={places} problem={problem} onProblem={setProblem} />
          <GraphiQLInterface showPersistHeadersSettings defaultEditorToolsVisibility={NARROW.matches ? false : 'variables'}>
            <GraphiQL.Logo><TabStrip operations={operations} /></GraphiQL.Logo>
            <GraphiQL.Footer><AnswerPanels places={places} /></GraphiQL.Footer>
          </GraphiQLInterface>
        </DocExplorerStore>
      </HistoryStore>
    </GraphiQLProvider>
  );
}
