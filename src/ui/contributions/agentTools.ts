import * as z from 'zod/mini';
import { agentInputs, type AgentTool } from '../../core/agents/inputs.ts';
import { prefix } from './commandIds.ts';
import { contextKeys } from './ids.ts';

interface ToolWords {
  /** Name for people, and after # in their prompts. */
  readonly title: string;
  readonly reference: string;
  /** Read by models, in English. */
  readonly model: string;
  readonly user: string;
  /** Offered only while this holds too. */
  readonly when?: string;
}

const tools: Readonly<Record<AgentTool, ToolWords>> = {
  listInstances: {
    title: 'List Game Servers',
    reference: 'gameServers',
    model:
      'Lists game servers with their state, players, version and the operations on offer, as they are known now. Entries with outOfDate are what was last known before the connection was lost.',
    user: 'Game servers with their states.',
  },
  describeConnection: {
    title: 'Describe Connections to Game Server Managers',
    reference: 'gameServerConnections',
    model:
      'Tells which game server managers are connected, in which state each connection is and why, and how many servers of each state it has.',
    user: 'Connections to game server managers with their states.',
  },
  queryEvents: {
    title: 'Query Events of Game Servers',
    reference: 'gameServerEvents',
    model:
      'Searches the recorded history of everything that game servers reported (starts, crashes, players, updates, calls, logs) with a query language, newest first, with payloads.',
    user: 'Events of the history that match a query.',
  },
  getTask: {
    title: 'Get Tasks of Game Servers',
    reference: 'gameServerTasks',
    model:
      'Tells state, steps, duration, starter and log of tasks such as updates, backups and installations.',
    user: 'Tasks with steps and logs.',
  },
  explainFailure: {
    title: 'Explain a Failure of a Game Server',
    reference: 'gameServerFailure',
    model:
      'Gathers the facts of the last failure of one game server: the event, what it came of, and what happened before. Facts only; conclusions are yours.',
    user: 'The facts of the last failure of a game server.',
  },
  runOperation: {
    title: 'Operate a Game Server',
    reference: 'operateGameServer',
    model:
      'Asks a person to let an operation such as start, stop or restart run on a game server, and tells the outcome. Every use is confirmed by the person. Operations that destroy data are refused.',
    user: 'Operates a game server, after a question each time.',
    when: `config.${prefix}.agents.operations`,
  },
  emitEvent: {
    title: 'Send an Event as a Game Server Manager',
    reference: 'emitGameServerEvent',
    model:
      'Asks a person to let a made-up event go out as if a game server manager had sent it, to test bots and dashboards that listen there. Every use is confirmed by the person. Messages that would change something on a server are refused.',
    user: 'Sends a made-up event, after a question each time.',
    when: `config.${prefix}.agents.operations`,
  },
};

/** Tools that the agents of VS Code may use. */
export function languageModelTools(say: (key: string, english: string) => string): readonly object[] {
  return Object.entries(tools).map(([name, { title, reference, model, user, when }]) => {
    const { $schema, ...inputSchema } = z.toJSONSchema(agentInputs[name as AgentTool], {
      target: 'draft-7',
      io: 'input',
    });
    return {
      name: `${prefix}_${name}`,
      displayName: say(`tools.${name}.title`, title),
      userDescription: say(`tools.${name}.description`, user),
      modelDescription: model,
      canBeReferencedInPrompt: true,
      toolReferenceName: reference,
      icon: '$(server-environment)',
      tags: ['game-servers'],
      inputSchema,
      when: [contextKeys.trusted, ...(when === undefined ? [] : [when])].join(' && '),
    };
  });
}
