import { commandId } from './commandIds.ts';

/** The tour: what one does first, each step done when its command ran or its view was seen. */
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
      description: say(
        'walkthrough.description',
        'From the first connection to replaying an evening of events.',
      ),
      steps: [
        step(
          'connect',
          'Connect your game servers',
          `Tell the extension what runs your game servers. It tests the connection and shows each step; nothing of the server is changed.\n[Add Connection…](command:${commandId('addConnection')})\nNo server at hand? Look round first, with servers that are simulated on this machine.\n[Try with Simulated Servers](command:${commandId('trySimulated')})`,
          [`onCommand:${commandId('addConnection')}`, `onCommand:${commandId('trySimulated')}`],
        ),
        step(
          'operate',
          'See and operate your servers',
          'Every instance stands in the tree with its state. Start, stop and restart from the row, the context menu or the palette.',
          ['onView:gameServerOps.instances'],
        ),
        step(
          'inspect',
          'Inspect the events',
          `Filter what your servers report, open an event, and see what it means.\n[Open Event Inspector](command:${commandId('openInspector')})`,
          [`onCommand:${commandId('openInspector')}`],
        ),
        step(
          'emit',
          'Emit and replay',
          `Send an event to the bot or dashboard that you write, or replay a recorded lifecycle at any speed.\n[Emit Event…](command:${commandId('emit')})`,
          [`onCommand:${commandId('emit')}`, `onCommand:${commandId('replay')}`],
        ),
      ],
    },
  ];
}
