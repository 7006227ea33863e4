import { useEffect, useState } from 'react';
import { useWords } from './words.js';

const TICK_SECONDS = 15;

/** Minutes until `expiresAt` (epoch ms), kept current; 0 when past, null when signed out. */
function useMinutesLeft(expiresAt) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const ticking = setInterval(() => setNow(Date.now()), TICK_SECONDS * 1000);
    return () => clearInterval(ticking);
  }, []);
  return expiresAt == null ? null : Math.max(0, Math.ceil((expiresAt - now) / 60_000));
}

/** Who is signed in, in one line: name, home city, assurance level, time left. */
export function Citizen({ signedIn }) {
  const [language, text] = useWords();
  const minutes = useMinutesLeft(signedIn?.expiresAt);
  if (!signedIn) return <><span className="roam-dot" /><strong>{text.signIn}</strong></>;
  const viewer = signedIn.viewer ?? {};
  return (
    <>
      <span className="roam-dot on" data-expired={minutes === 0} />
      <strong>{viewer.displayName ?? signedIn.person}</strong>
      {viewer.homeCity && <span title={text.homeCity}>{viewer.homeCity[language]}</span>}
      {viewer.assurance && <span className="roam-level" title={text.level}>{text.levels[viewer.assurance] ?? viewer.assurance}</span>}
      <span className="roam-expiry" title={`${text.expires} ${new Date(signedIn.expiresAt).toLocaleTimeString(language)}`}>
        {minutes === 0 ? text.expired : text.minutes(minutes)}
      </span>
    </>
  );
}
