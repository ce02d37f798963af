import { redactionMark, redactJson } from '../redaction.ts';

/**
 * Fields with text of people and programs: commands, logs (the manager writes the key of its own tokens there),
 * messages that quote commands, and answers that are no JSON.
 */
const spoken = ['command', 'data', 'message', 'detail', 'body'];

/** A token of the server, wherever it stands: its three parts are nothing else's. */
const webToken = /eyJ[\w-]{4,}\.[\w-]{4,}\.[\w-]*/g;

/** Cuts passwords, tokens and cookies; what holds nothing to cut stays exactly as it came. */
export function redactBedrock(raw: string): { text: string; redacted: readonly string[] } {
  const cut = redactJson(raw, spoken);
  if (!cut.text.includes('eyJ')) return cut;
  const text = cut.text.replace(webToken, redactionMark);
  return text === cut.text ? cut : { text, redacted: [...cut.redacted, 'token'] };
}
