import { commandId } from './commandIds.ts';
import { contextKeys } from './ids.ts';

/** The tour: what one does first. A step is done by its deed, not when a view or a question merely opens. */
export function walkthroughs(say: (key: string, english: string) => string): unknown {
  const step = (id: string, title: string, description: string, completion: readonly string[]): unknown => ({
    id,
    title: say(`walkthrough.${id}.title`, title),
    description: say(`walkthrough.${id}.description`, description),
    media: { markdown: `media/walkthrough/${id}.md` },
    completionEvents: completion,
  });
  return [
    {
      id: 'start',
      title: say('walkthrough.title', 'Get Started with Game Server Ops'),
      description: say('walkthrough.description', 'From a look round to replaying an evening of events.'),
      steps: [
        step(
          'demo',
          'Look round with simulated servers',
          `A KGSM host, a Bedrock Server Manager, a TrueNAS and a notification server run on this machine until you stop them.\n[Try with Simulated Servers](command:${commandId('trySimulated')})`,
          [`onContext:${contextKeys.simulating}`],
        ),
        step(
          'connect',
          'Connect your own game servers',
          `Tell the extension what runs your game servers. It tests the connection and shows each step; nothing of the server is changed.\n[Add Connection…](command:${commandId('addConnection')})`,
          [`onContext:${contextKeys.connected}`],
        ),
        step(
          'arrange',
          'Find your way in the tree',
          `Narrow the tree to what you look for, or to what has problems; group and sort it as you like.\n[Filter Servers…](command:${commandId('filterInstances')})`,
          [`onContext:${contextKeys.filtered}`],
        ),
        step(
          'operate',
          'Operate a server',
          `Start, stop and restart from the row, the context menu or the palette. What interrupts players asks first.\n[Show Tasks](command:${commandId('tasks')})`,
          [`onContext:${contextKeys.operated}`],
        ),
        step(
          'inspect',
          'Inspect an event',
          `Filter what your servers report, open an event, and see what it means.\n[Open Event Inspector](command:${commandId('openInspector')})`,
          [`onContext:${contextKeys.inspected}`],
        ),
        step(
          'replay',
          'Record and replay',
          `Record an evening of events, play it again at any speed, or send an event of your own to the bot that you write.\n[Record](command:${commandId('record')})\n[Replay Events…](command:${commandId('replay')})\n[Emit Event…](command:${commandId('emit')})`,
          [`onContext:${contextKeys.recording}`, `onContext:${contextKeys.replaying}`],
        ),
      ],
    },
  ];
}
