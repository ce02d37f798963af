import { join } from 'node:path';
import { eventFrom, isKnown } from './eventForms.ts';
import { eventFiles } from './eventFiles.ts';
import type { Kgsm } from './kgsm.ts';
import { testWebhook, webhookStatus } from './v2Events.ts';

/** KGSM 3.16: `events status|journal|test|webhook|emit` */
export async function v3Events(kgsm: Kgsm, args: readonly string[]): Promise<number> {
  const [command, action, ...words] = args;
  switch (command) {
    case 'status':
      journal(kgsm);
      return webhookStatus(kgsm);
    case 'journal':
      return journal(kgsm);
    case 'webhook':
      return action === 'test' ? testWebhook(kgsm) : webhookStatus(kgsm);
    case 'test':
      if (action === 'webhook') return testWebhook(kgsm);
      // The journal is always written and has nothing to test.
      if (action === 'all')
        return kgsm.config.webhook.enabled
          ? testWebhook(kgsm)
          : kgsm.error(1, 'No optional event transports are enabled');
      return kgsm.error(8, `Unknown transport: ${action ?? ''}`);
    case 'emit':
      return emit(kgsm, action, words);
    default:
      return kgsm.error(8, `Unknown command: ${command ?? ''}`);
  }
}

function journal(kgsm: Kgsm): number {
  const { journalDir = '' } = kgsm.config;
  kgsm.write(`Event journal: ${journalDir}\n`);
  for (const file of eventFiles(journalDir)) kgsm.write(`  ${join(journalDir, file)}\n`);
  return 0;
}

/** `emit instance-started NAME`; a name with underscores does as well. */
async function emit(kgsm: Kgsm, name: string | undefined, words: readonly string[]): Promise<number> {
  if (name === undefined) return kgsm.error(7, 'Event type is required');
  const type = name.replaceAll('-', '_');
  if (!isKnown('3.16', type)) return kgsm.error(8, `Invalid event type: ${name}`);
  const event = eventFrom(type, words);
  if (!event) return kgsm.error(7, `Invalid parameters for event '${name}'`);
  kgsm.write(await kgsm.deliver(event));
  return 0;
}
