import type { Draft } from '../model/event.ts';

export interface ReadBytes {
  /** Text that the journal keeps; empty where it keeps `rawBase64` instead. */
  readonly text: string;
  readonly forDecoder: string;
  readonly rawBase64?: string;
  readonly redacted: readonly string[];
  /** The text is what arrived, to the last character. */
  readonly exact: boolean;
  readonly utf8: boolean;
  readonly truncated: boolean;
}

const exactUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lossyUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes to text, with the secrets cut out before anything else sees them. */
export function readBytes(
  draft: Draft,
  redact: (whole: string) => { readonly text: string; readonly redacted: readonly string[] },
): ReadBytes {
  const { truncated = false } = draft;
  const exact = decodeUtf8(draft.bytes, truncated);
  const { text: kept, redacted } = redact(exact ?? lossyUtf8.decode(draft.bytes));
  const common = { forDecoder: kept, redacted, exact: kept === exact, utf8: exact !== undefined, truncated };
  // The bytes themselves would bring back what was cut; then the readable form has to do.
  if (exact !== undefined || redacted.length > 0) return { ...common, text: kept };
  return { ...common, text: '', rawBase64: Buffer.from(draft.bytes).toString('base64') };
}

/** Undefined where the bytes are no UTF-8; the cut of a cap may fall inside a character and is no fault of the sender. */
function decodeUtf8(bytes: Uint8Array, truncated: boolean): string | undefined {
  for (let drop = 0; drop <= (truncated ? 3 : 0); drop++) {
    try {
      return exactUtf8.decode(drop === 0 ? bytes : bytes.subarray(0, bytes.byteLength - drop));
    } catch {
      // Not this length.
    }
  }
  return undefined;
}
