/** Word endings that English, Spanish and German texts share little meaning by. A light stemmer, not a linguist. */
function stem(word: string): string {
  if (word.length <= 3) return word;
  return word
    .replace(/(?:'s|s')$/, "")
    .replace(/ies$/, "y")
    .replace(/(?:sses)$/, "ss")
    .replace(/(?<=[^s])s$/, "")
    .replace(/(?:ing|ed)$/, "")
    .replace(/(.)\1$/, "$1");
}

/** Words without meaning for an intent; kept as features only inside pairs. */
const STOP = new Set(
  "a an the i me my we our you your it its is are was were be been am do does did have has had of to in on at for from with by and or but so as if this that these those there here please thanks thank hi hello hey just really very too can could would will shall may might should".split(
    " ",
  ),
);

/** Lower-cased words of a text, without accents, with every number as one word. */
export function wordsOf(text: string): string[] {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[’‘`]/g, "'");
  return (plain.match(/[\p{L}][\p{L}']*|\d+/gu) ?? []).map((word) => (/^\d+$/.test(word) ? "#" : word));
}

/** Whether a word can carry an intent. */
export const isContentWord = (word: string): boolean => !STOP.has(word) && word !== "#";

/**
 * The features of a text with their weights: stems, pairs of stems, and character 3- to 5-grams inside words, which
 * carry a misspelt word's meaning.
 */
export function featuresOf(text: string): Map<string, number> {
  const features = new Map<string, number>();
  const add = (name: string, weight: number) => features.set(name, (features.get(name) ?? 0) + weight);
  const words = wordsOf(text);
  const stems = words.map(stem);
  stems.forEach((word, index) => {
    const content = isContentWord(words[index] ?? "");
    add(`w:${word}`, content ? 1 : 0.25);
    const next = stems[index + 1];
    if (next !== undefined) add(`p:${word} ${next}`, 0.7);
    if (!content) return;
    const padded = `^${words[index]}$`;
    for (let size = 3; size <= 5; size += 1) {
      for (let at = 0; at + size <= padded.length; at += 1) add(`c:${padded.slice(at, at + size)}`, 0.35);
    }
  });
  return features;
}
