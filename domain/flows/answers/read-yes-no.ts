/** Words and short phrases that mean yes, longest first where one holds another. English, Spanish, German, Portuguese, French, Italian, Hindi, Arabic. */
const YES = [
  "yes",
  "yep",
  "yeah",
  "yea",
  "yup",
  "ya",
  "aye",
  "sure",
  "sure thing",
  "of course",
  "certainly",
  "definitely",
  "absolutely",
  "ok",
  "okay",
  "okey",
  "k",
  "kk",
  "alright",
  "all right",
  "right",
  "correct",
  "exactly",
  "fine",
  "good",
  "great",
  "perfect",
  "go ahead",
  "go on",
  "go for it",
  "do it",
  "do that",
  "let's do it",
  "lets do it",
  "let's go",
  "lets go",
  "proceed",
  "confirm",
  "confirmed",
  "i confirm",
  "i do",
  "i would",
  "i'd like that",
  "i would like that",
  "i'd love to",
  "sounds good",
  "sounds great",
  "works for me",
  "that works",
  "please do",
  "yes please",
  "i'll take it",
  "i will take it",
  "i want it",
  "buy it",
  "order it",
  "place the order",
  "deal",
  "agreed",
  "true",
  "y",
  "why not",
  "by all means",
  "sí",
  "si",
  "claro",
  "vale",
  "por supuesto",
  "dale",
  "de acuerdo",
  "ja",
  "jawohl",
  "klar",
  "gerne",
  "natürlich",
  "sim",
  "com certeza",
  "oui",
  "bien sûr",
  "d'accord",
  "certo",
  "va bene",
  "हाँ",
  "हां",
  "haan",
  "نعم",
  "ايوه",
  "أجل",
];
const NO = [
  "no",
  "nope",
  "nah",
  "no way",
  "no thanks",
  "no thank you",
  "not now",
  "not today",
  "not yet",
  "not really",
  "not interested",
  "never",
  "never mind",
  "nevermind",
  "cancel",
  "cancel it",
  "stop",
  "forget it",
  "i don't",
  "i do not",
  "i don't want it",
  "i do not want it",
  "don't",
  "do not",
  "please don't",
  "rather not",
  "i'd rather not",
  "maybe later",
  "later",
  "another time",
  "n",
  "false",
  "wrong",
  "negative",
  "decline",
  "i changed my mind",
  "leave it",
  "no gracias",
  "nein",
  "nein danke",
  "nicht",
  "não",
  "nao",
  "non",
  "no grazie",
  "नहीं",
  "nahi",
  "لا",
  "nunca",
];
const YES_SIGNS = ["👍", "✅", "✔", "👌", "🙌", "💯", "🆗"];
const NO_SIGNS = ["👎", "❌", "🚫", "✖", "🙅"];

/** Words that carry no meaning of their own beside a yes or a no. */
const FILLER = new Set(
  "please thanks thank you so much a lot very then now that this it is just i i'd would like to want the for me us hi hello well oh hmm um and by my order one proceed purchase with bitte danke por favor gracias grazie merci obrigado lot".split(
    " ",
  ),
);

/** A word after which the yes carries a condition, so that only the customer knows what is meant. */
const TURN =
  /\b(but|if|only|except|unless|however|instead|pero|aber|mais|mas|ma|although|or|how|what|when|which|where|who|why|can|could|does)\b|\?/u;

const clean = (text: string) =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[’‘`]/g, "'")
    .replace(/[\u{1F3FB}-\u{1F3FF}\u{FE0F}]/gu, "");

function phraseAtStart(words: readonly string[], phrases: readonly string[]): number {
  let longest = 0;
  for (const phrase of phrases) {
    const parts = phrase.split(" ");
    if (parts.length > longest && parts.every((part, index) => words[index] === part)) longest = parts.length;
  }
  return longest;
}

function strip(words: readonly string[]): { yes: number; no: number; rest: string[] } {
  let [yes, no] = [0, 0];
  const rest: string[] = [];
  for (let at = 0; at < words.length; ) {
    const ahead = words.slice(at, at + 5);
    const noLength = phraseAtStart(ahead, NO);
    const yesLength = phraseAtStart(ahead, YES);
    if (noLength > 0 && noLength >= yesLength) no += 1;
    else if (yesLength > 0) yes += 1;
    else if (!FILLER.has(words[at] ?? "")) rest.push(words[at] ?? "");
    at += Math.max(1, noLength, yesLength);
  }
  return { yes, no, rest };
}

/**
 * Reads yes, no or unclear without a model: a small grammar of many ways to say either. A yes with a condition ("yes
 * but in black"), a question, both at once, or words it does not know beside them are unclear: asking again is cheap,
 * a wrong order is not.
 */
export function readYesNo(text: string, buttonId?: string): "yes" | "no" | "unclear" {
  if (buttonId === "yes" || buttonId === "no") return buttonId;
  const cleaned = clean(text);
  const yesSign = YES_SIGNS.some((sign) => cleaned.includes(sign));
  const noSign = NO_SIGNS.some((sign) => cleaned.includes(sign));
  const words = cleaned.match(/[\p{L}\p{M}\p{N}']+/gu) ?? [];
  if (words.length === 0) return yesSign === noSign ? "unclear" : yesSign ? "yes" : "no";
  if (TURN.test(cleaned.replace(/\bwhy not\b|\bnot now\b/g, ""))) return "unclear";
  const { yes, no, rest } = strip(words);
  const saysYes = yes > 0 || yesSign;
  const saysNo = no > 0 || noSign;
  if (saysYes === saysNo)
    return saysNo && no > 0 && words[0] === "no" && rest.length === 0 && !yesSign ? "no" : "unclear";
  return rest.length > (saysNo ? 3 : 1) ? "unclear" : saysYes ? "yes" : "no";
}
