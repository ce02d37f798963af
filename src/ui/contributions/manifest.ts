import type { AnySystem } from '../../core/systems/system.ts';
import { commandId, prefix } from './commandIds.ts';
import { languageModelTools } from './agentTools.ts';
import { category, ownCommands, type CommandSpec } from './commands.ts';
import {
  contextKeys,
  inspectorPanelType,
  recordingEditors,
  serverPanelType,
  submenus,
  viewIds,
} from './ids.ts';
import { keybindingsOf } from './keybindings.ts';
import { menusOf } from './menus.ts';
import { operationCommands } from './operationCommands.ts';
import { settingsOf } from './settings.ts';
import { walkthroughs } from './walkthrough.ts';

/** The generated parts of package.json and the English texts that they name. */
export interface Manifest {
  readonly activationEvents: readonly string[];
  readonly capabilities: unknown;
  /** Ids of the operations among the commands. */
  readonly operations: readonly string[];
  readonly contributes: unknown;
  readonly nls: Readonly<Record<string, string>>;
}

const description =
  'Live state, operations, tasks and an event inspector for game servers run by KGSM, Bedrock Server Manager or TrueNAS, or behind a TLS notification server. Connects to the event stream of the manager, where the server runs.';

const trustDescription = 'Connections are opened and game servers operated only in a trusted workspace.';

/** Builds the manifest of these systems: every text goes into the nls table under a key that its place gives. */
export async function buildManifest(systems: readonly AnySystem[]): Promise<Manifest> {
  const operations = operationCommands(systems);
  const settings = await settingsOf(systems);
  const nls: Record<string, string> = {
    'extension.description': description,
    'extension.trust': trustDescription,
  };
  const say = (key: string, english: string): string => {
    nls[key] = english;
    return `%${key}%`;
  };
  const categoryText = say('commands.category', category);
  const contributes = {
    viewsContainers: {
      activitybar: [
        { id: viewIds.container, title: say('views.container', 'Game Servers'), icon: 'media/activity.svg' },
      ],
      panel: [{ id: viewIds.panel, title: say('views.panel', 'Game Server Events'), icon: '$(pulse)' }],
    },
    views: {
      [viewIds.container]: [
        {
          id: viewIds.instances,
          name: say('views.instances', 'Instances'),
          icon: 'media/activity.svg',
          contextualTitle: say('views.contextual', 'Game Servers'),
        },
        {
          id: viewIds.tasks,
          name: say('views.tasks', 'Tasks'),
          visibility: 'collapsed',
          icon: 'media/activity.svg',
          contextualTitle: say('views.tasksContextual', 'Game Servers'),
        },
        {
          id: viewIds.recordings,
          name: say('views.recordings', 'Recordings'),
          // The instances keep the room until somebody wants recordings.
          visibility: 'collapsed',
          icon: 'media/activity.svg',
          contextualTitle: say('views.recordingsContextual', 'Game Servers'),
        },
      ],
      [viewIds.panel]: [
        {
          id: viewIds.inspector,
          name: say('views.inspector', 'Event Inspector'),
          type: 'webview',
          icon: '$(pulse)',
        },
      ],
    },
    viewsWelcome: [
      {
        view: viewIds.instances,
        when: `${contextKeys.trusted} && ${contextKeys.connections} == 0`,
        contents: say(
          'welcome.noConnection',
          `No game server manager is connected yet.\n[Add Connection…](command:${commandId('addConnection')})\n[Try with Simulated Servers](command:${commandId('trySimulated')})\nInstall this extension where the game servers run: over Remote-SSH or in WSL it goes there by itself.\n[Take the Tour](command:workbench.action.openWalkthrough?%22game-server-ops.game-server-ops%23start%22)`,
        ),
      },
      {
        view: viewIds.instances,
        when: `${contextKeys.trusted} && ${contextKeys.filtered} == none`,
        contents: say(
          'welcome.noMatch',
          `No server matches the filter.\n[Clear Filter](command:${commandId('clearFilter')})\n[Change Filter…](command:${commandId('changeFilter')})`,
        ),
      },
      {
        view: viewIds.tasks,
        contents: say(
          'welcome.noTask',
          'No tasks. Operations, installations, updates and backups are listed here, those of other users too.',
        ),
      },
      {
        view: viewIds.recordings,
        contents: say(
          'welcome.noRecording',
          `Record events to look at them again, to play them to a bot, or to show them to somebody.\n[Record](command:${commandId('record')})\n[Record the Last Minutes…](command:${commandId('recordSince')})\n[Open Recording File…](command:${commandId('openRecording')})`,
        ),
      },
      {
        view: viewIds.instances,
        when: `!${contextKeys.trusted}`,
        contents: say(
          'welcome.untrusted',
          'This workspace is not trusted: nothing is connected or operated.\n[Manage Workspace Trust](command:workbench.trust.manage)',
        ),
      },
    ],
    commands: [
      ...Object.entries<CommandSpec>(ownCommands),
      ...operations.map((operation) => [operation.id, operation] as const),
    ].map(([name, { title, icon }]) => ({
      command: `${prefix}.${name}`,
      title: say(`commands.${name}`, title),
      category: categoryText,
      ...(icon === undefined ? {} : { icon }),
    })),
    submenus: [{ id: submenus.copyAs, label: say('submenus.copyAs', 'Copy As') }],
    menus: menusOf(operations),
    customEditors: [
      {
        viewType: recordingEditors.recording,
        displayName: say('editors.recording', 'Event Recording'),
        selector: [{ filenamePattern: '*.gsops.ndjson' }, { filenamePattern: '*.gsops.ndjson.gz' }],
        priority: 'default',
      },
      {
        viewType: recordingEditors.lines,
        displayName: say('editors.lines', 'Event Inspector'),
        selector: ['ndjson', 'ndjson.gz', 'jsonl', 'jsonl.gz'].map((end) => ({
          filenamePattern: `*.${end}`,
        })),
        priority: 'option',
      },
    ],
    keybindings: keybindingsOf(ownCommands),
    configuration: {
      title: say('settings.title', 'Game Server Ops'),
      properties: Object.fromEntries(
        Object.entries(settings).map(([id, schema]) => [
          id,
          localized(schema, id.slice(prefix.length + 1), say),
        ]),
      ),
    },
    walkthroughs: walkthroughs(say),
    languageModelTools: languageModelTools(say),
  };
  return {
    activationEvents: [
      'onStartupFinished',
      `onWebviewPanel:${inspectorPanelType}`,
      `onWebviewPanel:${serverPanelType}`,
      'onUri',
    ],
    capabilities: {
      untrustedWorkspaces: {
        supported: 'limited',
        description: '%extension.trust%',
        restrictedConfigurations: Object.keys(settings),
      },
      virtualWorkspaces: true,
    },
    contributes,
    operations: operations.map(({ id }) => id),
    nls,
  };
}

/** Descriptions inside a schema become nls keys, wherever they stand. */
function localized(value: unknown, path: string, say: (key: string, english: string) => string): unknown {
  if (Array.isArray(value)) return value.map((entry, i) => localized(entry, `${path}.${String(i)}`, say));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => {
      if ((key === 'description' || key === 'markdownDescription') && typeof entry === 'string') {
        return [key, say(`settings.${path}.${key}`, entry)];
      }
      if (key === 'enumDescriptions' && Array.isArray(entry)) {
        return [key, entry.map((text, i) => say(`settings.${path}.enum.${String(i)}`, String(text)))];
      }
      return [key, localized(entry, key === 'properties' || key === 'items' ? path : `${path}.${key}`, say)];
    }),
  );
}
