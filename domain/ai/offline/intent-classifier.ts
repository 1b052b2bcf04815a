import { featuresOf, isContentWord, wordsOf } from "./features.ts";

export type IntentExamples = { name: string; examples: readonly string[] };
export type Classification = {
  intent: string | null;
  confidence: number;
  scores: { name: string; confidence: number }[];
};

type Vector = { index: number[]; value: number[] };

const EPOCHS = 60;
const RATE = 0.9;
const DECAY = 1e-4;
/** Sharpness of the softmax over scores; set once on texts outside the tests' held-out ones. */
const SHARPNESS = 4;

/** A trained linear classifier with an abstain rule. Made in milliseconds from a tenant's own examples. */
export type IntentClassifier = { classify: (text: string) => Classification };

class Vocabulary {
  private readonly ids = new Map<string, number>();
  private readonly documents: number[] = [];
  private total = 0;

  learn(texts: readonly string[]): void {
    for (const text of texts) {
      this.total += 1;
      for (const name of featuresOf(text).keys()) {
        const known = this.ids.get(name);
        if (known === undefined) {
          this.ids.set(name, this.documents.length);
          this.documents.push(1);
        } else {
          this.documents[known] = (this.documents[known] ?? 0) + 1;
        }
      }
    }
  }

  get size(): number {
    return this.documents.length;
  }

  knowsWord(word: string): boolean {
    return [...featuresOf(word).keys()]
      .filter((name) => name.startsWith("w:"))
      .some((name) => this.ids.has(name));
  }

  /** tf–idf of the known features at unit length, and how much of the text's weight is known at all. */
  vector(text: string): Vector {
    const index: number[] = [];
    const value: number[] = [];
    let norm = 0;
    for (const [name, weight] of featuresOf(text)) {
      const idf = Math.log(1 + this.total / (1 + (this.documents[this.ids.get(name) ?? -1] ?? 0)));
      const scaled = weight * idf;
      norm += scaled * scaled;
      const id = this.ids.get(name);
      if (id !== undefined) {
        index.push(id);
        value.push(scaled);
      }
    }
    const length = Math.sqrt(norm) || 1;
    return { index, value: value.map((part) => part / length) };
  }
}

function dot(weights: Float64Array, { index, value }: Vector): number {
  let sum = 0;
  for (let at = 0; at < index.length; at += 1) sum += (weights[index[at] ?? 0] ?? 0) * (value[at] ?? 0);
  return sum;
}

/** One-against-rest logistic regression by stochastic gradient descent, in a fixed order: no randomness. */
function trainWeights(
  vectors: readonly Vector[],
  labels: readonly number[],
  classes: number,
  size: number,
): Float64Array[] {
  const weights = Array.from({ length: classes }, () => new Float64Array(size + 1));
  for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
    const rate = RATE / (1 + epoch / 20);
    for (let at = 0; at < vectors.length; at += 1) {
      // A stride that is coprime to most lengths visits the classes mixed.
      const pick = (at * 7 + epoch * 3) % vectors.length;
      const vector = vectors[pick] as Vector;
      weights.forEach((own, label) => {
        const predicted = 1 / (1 + Math.exp(-(dot(own, vector) * 3 + (own[size] ?? 0))));
        const error = (labels[pick] === label ? 1 : 0) - predicted;
        for (let part = 0; part < vector.index.length; part += 1) {
          const id = vector.index[part] ?? 0;
          own[id] = (own[id] ?? 0) * (1 - DECAY) + rate * error * (vector.value[part] ?? 0);
        }
        own[size] = (own[size] ?? 0) + rate * error * 0.05;
      });
    }
  }
  return weights;
}

function cosine(a: Vector, b: Map<number, number>): number {
  let sum = 0;
  for (let at = 0; at < a.index.length; at += 1) sum += (a.value[at] ?? 0) * (b.get(a.index[at] ?? -1) ?? 0);
  return sum;
}

/** Share of a text's content words (of all its words, where none is) that the examples use too. */
function coverage(text: string, vocabulary: Vocabulary): number {
  const words = wordsOf(text);
  const content = words.filter(isContentWord);
  const counted = content.length > 0 ? content : words;
  if (counted.length === 0) return 0;
  return counted.filter((word) => vocabulary.knowsWord(word)).length / counted.length;
}

/** Stretches the raw score so that its best dividing line, 0.3, reads as the usual threshold of 0.5. */
function calibrate(score: number): number {
  return score < 0.3 ? (score / 0.3) * 0.5 : 0.5 + ((score - 0.3) / 0.7) * 0.5;
}

/**
 * Trains on a tenant's own examples. The confidence of the best intent is its share among the intents, damped by how
 * near the text is to any example and how many of its words the examples know, so that a text about something else
 * gets a low one. `intent` is null below `threshold`.
 */
export function trainIntentClassifier(
  intents: readonly IntentExamples[],
  threshold = 0.42,
): IntentClassifier {
  const usable = intents.filter((intent) => intent.examples.length > 0);
  const vocabulary = new Vocabulary();
  vocabulary.learn(usable.flatMap((intent) => intent.examples));
  const labelled = usable.flatMap((intent, label) =>
    intent.examples.map((text) => ({ label, vector: vocabulary.vector(text) })),
  );
  const weights = trainWeights(
    labelled.map((one) => one.vector),
    labelled.map((one) => one.label),
    usable.length,
    vocabulary.size,
  );
  const examples = labelled.map(
    ({ vector }) => new Map(vector.index.map((id, at) => [id, vector.value[at] ?? 0])),
  );

  return {
    classify(text) {
      if (usable.length === 0) return { intent: null, confidence: 0, scores: [] };
      const vector = vocabulary.vector(text);
      const raw = weights.map((own) => dot(own, vector) + (own[vocabulary.size] ?? 0) / 3);
      const highest = Math.max(...raw);
      const powers = raw.map((score) => Math.exp((score - highest) * SHARPNESS));
      const sum = powers.reduce((a, b) => a + b, 0);
      const nearest = Math.max(...examples.map((example) => cosine(vector, example)));
      const known = coverage(text, vocabulary);
      const near = Math.min(1, nearest / 0.45);
      const damp = Math.min(1, near * 0.75 + known * 0.35) * (known === 0 ? 0.3 : 1);
      const scores = usable
        .map((intent, at) => ({ name: intent.name, confidence: calibrate(((powers[at] ?? 0) / sum) * damp) }))
        .sort((a, b) => b.confidence - a.confidence);
      const best = scores[0];
      return {
        intent: best && best.confidence >= threshold ? best.name : null,
        confidence: best?.confidence ?? 0,
        scores,
      };
    },
  };
}
