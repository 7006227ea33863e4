// Keeps a page of the console up to date: fetches it again and puts its live parts in the place of the old ones.
// A part with an open form waits, so what somebody is typing stays. Without this script every page still reads and acts.
const EVERY_MS = 4000;
const REST_AFTER_MS = 15 * 60 * 1000; // an empty chair must not keep a session alive

const shown = (id, yes) => { document.getElementById(id).hidden = !yes; };
let lastTouched = Date.now();
let timer;

function inUse(part) {
  const begun = [...part.querySelectorAll('textarea')].some((box) => box.value !== '');
  return begun || part.querySelector('details[open], summary:focus') !== null;
}

function replaceLive(fresh) {
  for (const part of document.querySelectorAll('[data-live]')) {
    const next = fresh.getElementById(part.id);
    if (inUse(part)) continue;
    if (next && next.innerHTML !== part.innerHTML) part.replaceChildren(...next.childNodes);
  }
}

async function update() {
  try {
    const answer = await fetch(window.location.pathname, { credentials: 'same-origin' });
    if (answer.status === 401 || answer.status === 403) return window.location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    replaceLive(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    shown('lost', false);
    shown('pulse', true);
  } catch {
    shown('lost', true);
    shown('pulse', false);
  }
}

async function tick() {
  const resting = Date.now() - lastTouched > REST_AFTER_MS;
  shown('resting', resting);
  if (resting) return shown('pulse', false);
  if (!document.hidden) await update();
  timer = setTimeout(tick, EVERY_MS);
}

function touched() {
  const was = document.getElementById('resting').hidden;
  lastTouched = Date.now();
  if (!was) {
    clearTimeout(timer);
    tick();
  }
}

for (const kind of ['pointerdown', 'keydown', 'scroll']) window.addEventListener(kind, touched, { passive: true });
document.addEventListener('visibilitychange', () => { if (!document.hidden) { clearTimeout(timer); tick(); } });
document.addEventListener('submit', (event) => {
  for (const button of event.target.querySelectorAll('button')) button.disabled = true; // once is enough
});
// `?done=` and `?lang=` have been told; a reload should not tell them again.
if (window.location.search) window.history.replaceState(null, '', window.location.pathname);
shown('pulse', true);
timer = setTimeout(tick, EVERY_MS);
