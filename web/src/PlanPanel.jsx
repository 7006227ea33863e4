import { useEffect, useRef, useState } from 'react';
import { pieces } from './plans.js';
import { useWords } from './words.js';

const COLOURS = 6; // as many as style.css has; then they come again
const SAID_MS = 2000;

function select(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  window.getSelection().removeAllRanges();
  window.getSelection().addRange(range);
}

/** Copy an element's text; false when the browser forbids it. The clipboard's own interface needs https or loopback. */
async function copied(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    return true;
  } catch {
    select(element);
    return document.execCommand('copy');
  }
}

/** The plan as the gateway wrote it, each service in its own colour. */
export function PlanPanel({ plan }) {
  const [said, setSaid] = useState(null);
  const [, text] = useWords();
  const code = useRef(null);
  useEffect(() => {
    const forgetting = said && setTimeout(() => setSaid(null), SAID_MS);
    return () => clearTimeout(forgetting);
  }, [said]);
  const copy = async () => setSaid((await copied(code.current)) ? 'copied' : 'selected');
  return (
    <section className="roam-plan" aria-label={text.planTitle}>
      <h2>
        {text.planTitle}
        <button type="button" className="roam-copy" onClick={copy}><span role="status">{text[said ?? 'copy']}</span></button>
      </h2>
      <pre tabIndex={0} aria-label={text.planTitle}><code ref={code}>{pieces(plan).map((piece, index) => (
        piece.service === undefined ? piece.text : <b key={index} data-service={piece.service % COLOURS}>{piece.text}</b>
      ))}</code></pre>
    </section>
  );
}
