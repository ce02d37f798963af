import { text, type Text } from '../model/text.ts';

/** Servers count memory in units of 1024 times 1024. */
export const mega = 1024 * 1024;

/** Measurements of a machine or program in a line, as far as there are any: a share of the processor, and bytes. */
export function measuredText(cpu: number | undefined, memory: number | undefined): Text {
  const megabytes = memory === undefined ? undefined : (memory / mega).toFixed(1);
  if (cpu === undefined)
    return megabytes === undefined ? text('Nothing was measured') : text('Memory {0} MB', megabytes);
  return megabytes === undefined
    ? text('Processor {0} %', cpu.toFixed(1))
    : text('Processor {0} %, memory {1} MB', cpu.toFixed(1), megabytes);
}
