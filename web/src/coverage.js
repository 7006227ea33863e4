// Reading coverage out of an answer: every list named `coverage`, whatever its alias's neighbours, with its path.
const isRow = (value) => value !== null && typeof value === 'object' && 'outcome' in value;

/** [{path: "me.bills", rows: [...]}] in document order; empty when the text is no answer or has no coverage. */
export function coverageIn(text) {
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    return [];
  }
  const found = [];
  const walk = (value, path) => {
    if (Array.isArray(value)) value.forEach((item, index) => walk(item, [...path, index]));
    else if (value !== null && typeof value === 'object') {
      for (const [name, inner] of Object.entries(value)) {
        if (Array.isArray(inner) && inner.length && inner.every(isRow)) found.push({ path: path.join('.'), rows: inner });
        else walk(inner, [...path, name]);
      }
    }
  };
  walk(answer?.data, []);
  return found;
}
