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
import { resume } from './session.js';
import { words } from './words.js';

async function start(root) {
  try {
    const asked = fetch('/graphiql/config.json').then((answer) => answer.json());
    const [config, operations] = await Promise.all([asked, loadOperations(), resume()]); // the session before any request
    root.render(<App config={config} operations={operations} />);
  } catch {
    root.render(<p role="alert" className="roam-problem">{words().gatewayUnreachable}</p>);
  }
}

start(createRoot(document.getElementById('root')));
