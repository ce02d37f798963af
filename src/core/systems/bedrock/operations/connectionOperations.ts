import { oneLine, text, type Text } from '../../../model/text.ts';
import {
  type ConnectionOperation,
  type LineInput,
  type OperationInput,
  type Reach,
  refused,
} from '../../operation.ts';
import { type BedrockSession, offers, roleBarrier, type Role } from '../session/bedrockSession.ts';
import { subscriptionOperation } from '../../conversation/subscriptionOperation.ts';
import { parsedJson } from '../../reading.ts';
import type { BedrockSettings } from '../settings.ts';

type ConnectionOp = ConnectionOperation<BedrockSettings, BedrockSession>;

/** On offer while the connection is open and the user has the role. */
function offered(needed: Role): Pick<ConnectionOp, 'when' | 'barrier'> {
  return {
    when: (_settings, reach) => offers(reach, needed),
    barrier: (settings, reach) => roleBarrier(settings, reach, needed),
  };
}

const isUser = (reach: Reach<BedrockSession>): boolean => offers(reach, 'user');

const topicInput: LineInput<BedrockSettings, BedrockSession> = {
  field: 'topic',
  prompt: text('Topic: event:…, resource-monitor:<server>, server_log:<server>, app_log or * for all events'),
  placeholder: text('event:after_server_start'),
  // Topics of servers are typed with the name of the server.
  suggestions: ({ session }) => ['*', 'app_log', ...(session?.release.topics ?? [])],
  check: checkTopic,
};

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export const connectionOperations: readonly ConnectionOp[] = [
  {
    id: 'install',
    effect: 'changes',
    target: 'connection',
    silent: true,
    progressTitle: ({ name = '' }) => text('Installing {0}', oneLine(name, 60)),
    ...offered('admin'),
    inputs: [
      {
        field: 'name',
        prompt: text('Name of the new server'),
        placeholder: text('survival'),
        check: checkName,
      },
      {
        field: 'version',
        prompt: text('Version: LATEST, PREVIEW or a number'),
        placeholder: text('LATEST'),
        value: () => 'LATEST',
        check: checkVersion,
      },
    ],
    async run(run) {
      const { name = '', version = 'LATEST' } = run.input;
      const wrong = checkName(name) ?? checkVersion(version);
      if (wrong) return refused(wrong);
      const { install } = await import('./connectionCalls.ts');
      return install(run, name, version);
    },
  },
  {
    id: 'scanPlayers',
    effect: 'changes',
    command: { title: 'Scan for Players', icon: '$(search)' },
    target: 'connection',
    answers: true,
    progressTitle: () => text('Searching the logs for players'),
    ...offered('moderator'),
    async run(run) {
      const { scanPlayers } = await import('./connectionCalls.ts');
      return scanPlayers(run);
    },
  },
  subscriptionOperation('subscribe', topicInput, isUser),
  subscriptionOperation('unsubscribe', topicInput, isUser),
  {
    id: 'request',
    effect: 'destroys',
    target: 'connection',
    answers: true,
    progressTitle: ({ method = '', path = '' }) => text('{0} {1}', oneLine(method, 10), oneLine(path, 100)),
    ...offered('user'),
    inputs: [
      {
        field: 'method',
        prompt: text('Which method? All but GET may change something.'),
        none: text('There is no method.'),
        options: () => methods,
      },
      {
        field: 'path',
        prompt: text('Path behind the address of the server'),
        placeholder: text('/api/servers'),
        check: checkPath,
      },
      {
        field: 'body',
        prompt: text('JSON to send along; empty for none'),
        placeholder: text('{0}', '{}'),
        check: checkBody,
      },
    ],
    confirm({ method = 'GET', path = '', body = '' }, connection) {
      if (method === 'GET') return undefined;
      return {
        message: text('Send {0} {1} to {2}?', oneLine(method, 10), oneLine(path, 100), connection),
        detail:
          body.trim() === '' ? text('Nothing is sent along.') : text('Sent along: {0}', oneLine(body, 300)),
        action: text('Send'),
      };
    },
    async run(run) {
      const { method = 'GET', path = '', body = '' } = run.input;
      const wrong = methods.includes(method)
        ? problemOf({ path, body })
        : text('The method is one of {0}.', methods.join(', '));
      if (wrong) return refused(wrong);
      const { anyRequest } = await import('./connectionCalls.ts');
      return anyRequest(run, method, path, body.trim() === '' ? undefined : (JSON.parse(body) as unknown));
    },
  },
];

function problemOf({ path = '', body = '' }: OperationInput): Text | undefined {
  return checkPath(path) ?? checkBody(body);
}

/** The server takes nothing else. */
function checkName(name: string): Text | undefined {
  if (name === '') return text('A name is needed.');
  return /^[A-Za-z0-9_-]{1,64}$/.test(name)
    ? undefined
    : text('Letters, digits, dashes and underscores only.');
}

function checkVersion(version: string): Text | undefined {
  return /^(?:LATEST|PREVIEW|\d+(?:\.\d+){1,3}(?:-PREVIEW)?)$/.test(version)
    ? undefined
    : text('LATEST, PREVIEW or a number such as 1.21.100.7.');
}

/** Without a name the program would begin to measure a server that does not exist. */
function checkTopic(topic: string): Text | undefined {
  if (topic.trim() === '') return text('A topic is needed.');
  if (topic.length > 300) return text('At most 300 characters.');
  return /^resource-monitor:\s*$/.test(topic)
    ? text('The name of a server belongs behind the colon.')
    : undefined;
}

function checkPath(path: string): Text | undefined {
  return /^\/[^\s#\\]*$/.test(path) && !path.startsWith('//')
    ? undefined
    : text('A path such as /api/servers.');
}

function checkBody(body: string): Text | undefined {
  const isJson = body.trim() === '' || parsedJson(body) !== undefined;
  return isJson ? undefined : text('This is no JSON.');
}
