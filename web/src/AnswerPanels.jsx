import { useGraphiQL } from '@graphiql/react';
import { useState, useSyncExternalStore } from 'react';
import { coverageIn } from './coverage.js';
import { CoveragePanel } from './CoveragePanel.jsx';
import { PlanPanel } from './PlanPanel.jsx';
import { planIn, plans } from './plans.js';
import { useWords } from './words.js';

/** Below the active tab's answer: its coverage, and beside it its plan. A phone has room for one: the one in front. */
export function AnswerPanels({ places }) {
  const response = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.response ?? '');
  const { wanted, withheld } = useSyncExternalStore(plans.subscribe, plans.get);
  const [front, setFront] = useState('plan');
  const [, text] = useWords();
  const coverage = coverageIn(response);
  const plan = planIn(response);
  const both = plan !== null && coverage.length > 0;
  return (
    <div className="roam-panels" data-front={both ? front : undefined}>
      {both && (
        <div className="roam-fronts">
          {[['coverage', text.coverage], ['plan', text.planTitle]].map(([name, title]) => (
            <button key={name} type="button" aria-pressed={front === name} onClick={() => setFront(name)}>{title}</button>
          ))}
        </div>
      )}
      {(both || plan === null) && <CoveragePanel found={coverage} places={places} />}
      {plan !== null && <PlanPanel plan={plan} />}
      {wanted && plan === null && <p className="roam-no-plan">{withheld ? text.noPlans : text.planNext}</p>}
    </div>
  );
}
