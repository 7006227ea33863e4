import './workers.js';
import '@graphiql/react/style.css';
import 'graphiql/graphiql.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import '@graphiql/plugin-explorer/style.css';
import './style.css';
import { createRoot } from 'react-dom/client';
import { App } from './App.jsx';
import { loadOperations } from './operations.js';
import { words } from './words.js';

async function start(root) {
  try {
    const [config, operations] = await Promise.all([fetch('/graphiql/config.json').then((answer) => answer.json()), loadOperations()]);
    root.render(<App config={config} operations={operations} />);
  } catch {
    root.render(<p role="alert" className="roam-problem">{words().gatewayUnreachable}</p>);
  }
}

start(createRoot(document.getElementById('root')));
