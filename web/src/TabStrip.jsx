import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useRef } from 'react';
import { savedFor } from './operations.js';
import { useWords } from './words.js';

/** The tabs, titled in the page's language. GraphiQL's own strip knows operation names only, so it stays hidden. */
export function TabStrip({ operations }) {
  const { tabs, activeTabIndex } = useGraphiQL(({ tabs, activeTabIndex }) => ({ tabs, activeTabIndex }));
  const { addTab, changeTab, closeTab } = useGraphiQLActions();
  const [language, text] = useWords();
  const strip = useRef(null);
  useEffect(() => {
    // By hand: scrollIntoView would also scroll the page itself sideways on a phone.
    const tab = strip.current?.children[activeTabIndex];
    if (tab) strip.current.scrollLeft = tab.offsetLeft - strip.current.offsetLeft - 40;
  }, [activeTabIndex, tabs.length]);
  return (
    <div className="roam-tabs">
      <ul ref={strip} role="tablist">
        {tabs.map((tab, index) => {
          const title = savedFor(operations, tab.query)?.title[language] ?? tab.title;
          return (
            <li key={tab.id} role="presentation" className={index === activeTabIndex ? 'active' : ''}>
              <button type="button" role="tab" aria-selected={index === activeTabIndex} aria-controls="graphiql-session"
                title={tab.title} onClick={() => changeTab(index)}>{title}</button>
              {tabs.length > 1 && (
                <button type="button" className="roam-x" aria-label={`${text.close} ${title}`} onClick={() => closeTab(index)}>×</button>
              )}
            </li>
          );
        })}
      </ul>
      <button type="button" className="roam-add" aria-label={text.newTab} title={text.newTab} onClick={addTab}>+</button>
    </div>
  );
}
